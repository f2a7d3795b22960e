using Mesh.ControlPlane.Compilation;
using Mesh.ControlPlane.Kubernetes.Sharing;

namespace Mesh.ControlPlane.Kubernetes.Recorder;

/// <summary>The recording of a mesh whose control plane has several replicas: whichever is asked, the sidecars of every one note what they see, and report it to the replica that they speak with.</summary>
internal sealed partial class SharedRecordings(SharedLease lease, Recordings recordings, TimeProvider time, ILogger<SharedRecordings> logger) : IHostedService, IRecordingHolder
{
    /// <summary>The annotation.</summary>
    internal const string Annotation = "mesh.dev/recording";

    /// <inheritdoc />
    public Task StartAsync(CancellationToken cancellationToken)
    {
        lease.Follow(Annotation, text => recordings.Follow(Read(text)));
        return Task.CompletedTask;
    }

    /// <inheritdoc />
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc />
    public async ValueTask<(RecordingState Recording, bool IsNew)> BeginAsync(TimeSpan duration, string by, CancellationToken cancellationToken)
    {
        var recording = RecordingState.Begin(duration, by, time.GetUtcNow());
        RecordingState? other = null;
        var isNew = await lease.ChangeAsync(
            Annotation, text => (other = Read(text) is { } known && known.Runs(time.GetUtcNow()) ? known : null) is null ? RecordingText.Write(recording) : null, cancellationToken);
        return (other ?? recording, isNew);
    }

    /// <inheritdoc />
    public async ValueTask<bool> KeepAsync(string id, CancellationToken cancellationToken) =>
        await ChangeAsync(id, recording => recording.Kept(time.GetUtcNow()), cancellationToken);

    /// <inheritdoc />
    public async ValueTask<bool> EndAsync(string id, CancellationToken cancellationToken) =>
        await ChangeAsync(id, recording => recording with { EndedAt = time.GetUtcNow() }, cancellationToken);

    private Task<bool> ChangeAsync(string id, Func<RecordingState, RecordingState> change, CancellationToken cancellationToken) =>
        lease.ChangeAsync(Annotation, text => Read(text) is { } known && known.Id == id && known.Runs(time.GetUtcNow()) ? RecordingText.Write(change(known)) : null, cancellationToken);

    private RecordingState? Read(string? text)
    {
        var read = RecordingText.Read(text, time.GetUtcNow(), out var isRefused);
        if (isRefused)
        {
            Log.Refused(logger, lease.Name);
        }

        return read;
    }

    private static partial class Log
    {
        [LoggerMessage(2691, LogLevel.Warning, "What Lease {Lease} says of a recording is none that could have begun; nobody records. Nobody but the control plane is to write it.", EventName = nameof(Refused))]
        public static partial void Refused(ILogger logger, string lease);
    }
}
