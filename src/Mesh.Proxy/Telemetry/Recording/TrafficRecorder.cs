namespace Mesh.Proxy.Telemetry.Recording;

/// <summary>Whether somebody records. Off, it is one reference that a request reads.</summary>
internal sealed class TrafficRecorder
{
    private TrafficRecording? _current;

    /// <summary>What is recorded into; <see langword="null"/>: nobody records.</summary>
    public TrafficRecording? Current => Volatile.Read(ref _current);

    /// <summary>Asked what still runs, when a recording ends.</summary>
    public event Action<TrafficRecording>? Ending;

    /// <summary>Begins a recording in place of the one before.</summary>
    public TrafficRecording Begin(string id)
    {
        var next = new TrafficRecording(id);
        Volatile.Write(ref _current, next);
        return next;
    }

    /// <summary>Ends it. What is not taken out of it yet can still be.</summary>
    public void End(TrafficRecording recording)
    {
        if (Interlocked.CompareExchange(ref _current, null, recording) == recording)
        {
            Ending?.Invoke(recording);
        }
    }
}
