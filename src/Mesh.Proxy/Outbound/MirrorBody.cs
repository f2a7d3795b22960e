using System.Buffers;
using System.IO.Pipelines;
using Mesh.Proxy.Upstreams;

namespace Mesh.Proxy.Outbound;

/// <summary>The body of a copy: filled as the caller's body goes by, and given up where the copy's receiver does not keep up. The caller never waits for it.</summary>
/// <param name="limit">Bytes that may wait to be sent.</param>
/// <param name="next">Another copy's body that is filled likewise; <see langword="null"/>: this is the last one.</param>
internal sealed class MirrorBody(int limit, IBodyTap? next) : IBodyTap
{
    // Readers run on threads of their own: what a copy's connection does never runs on the caller's.
    private readonly Pipe _pipe = new(new PipeOptions(
        readerScheduler: PipeScheduler.ThreadPool, writerScheduler: PipeScheduler.ThreadPool, pauseWriterThreshold: limit, resumeWriterThreshold: limit / 2, useSynchronizationContext: false));

    private bool _hasEnded;

    /// <summary>Where the copy reads it.</summary>
    public PipeReader Reader => _pipe.Reader;

    /// <inheritdoc />
    public void Show(in ReadOnlySequence<byte> octets)
    {
        next?.Show(octets);
        if (_hasEnded || octets.IsEmpty)
        {
            return;
        }

        foreach (var segment in octets)
        {
            _pipe.Writer.Write(segment.Span);
        }

        var flush = _pipe.Writer.FlushAsync();
        if (!flush.IsCompleted)
        {
            _ = flush.AsTask();
            _pipe.Writer.CancelPendingFlush();
            GiveUp("The copy's receiver does not keep up with the caller.");
        }
        else if (flush.Result.IsCompleted)
        {
            GiveUp("The copy's receiver has gone.");
        }
    }

    /// <inheritdoc />
    public void End(bool isWhole)
    {
        next?.End(isWhole);
        if (_hasEnded)
        {
            return;
        }

        if (isWhole)
        {
            _hasEnded = true;
            _pipe.Writer.Complete();
        }
        else
        {
            GiveUp("The caller's body broke off.");
        }
    }

    private void GiveUp(string why)
    {
        _hasEnded = true;
        _pipe.Writer.Complete(new IOException(why));
    }
}
