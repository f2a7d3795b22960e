namespace Mesh.Proxy.Identity;

/// <summary>Holds the SVID. Expiry needs no event to take effect: <see cref="Current"/> looks at the clock.</summary>
internal sealed class WorkloadIdentity(TimeProvider time) : IWorkloadIdentity
{
    private readonly Lock _raising = new();
    private volatile WorkloadSvid? _latest;

    /// <inheritdoc />
    public event Action? Changed;

    /// <inheritdoc />
    public WorkloadSvid? Current => _latest is { } svid && IsValid(svid) ? svid : null;

    /// <summary>The last SVID, even when it has expired: for reports.</summary>
    public WorkloadSvid? Latest => _latest;

    /// <summary>Why the last attempt to get a new SVID came to nothing: for reports. <see langword="null"/>: it did not fail.</summary>
    public string? Failure { get; set; }

    /// <summary>How long the SVID still lives; zero without one.</summary>
    public TimeSpan Remaining => _latest is { } svid && svid.NotAfter - time.GetUtcNow() is { Ticks: > 0 } left ? left : TimeSpan.Zero;

    /// <summary>Takes an SVID into use.</summary>
    public void Publish(WorkloadSvid svid)
    {
        _latest = svid;
        RaiseChanged();
    }

    /// <summary>Waits until there is a valid SVID.</summary>
    public async Task WaitAsync(CancellationToken cancellationToken)
    {
        var there = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        void Look()
        {
            if (Current is not null)
            {
                there.TrySetResult();
            }
        }

        Changed += Look;
        try
        {
            Look();
            await there.Task.WaitAsync(cancellationToken);
        }
        finally
        {
            Changed -= Look;
        }
    }

    /// <summary>Says that <see cref="Current"/> changed by the clock alone.</summary>
    public void RaiseChanged()
    {
        lock (_raising)
        {
            Changed?.Invoke();
        }
    }

    private bool IsValid(WorkloadSvid svid)
    {
        var now = time.GetUtcNow();
        return now < svid.NotAfter && now >= svid.NotBefore;
    }
}
