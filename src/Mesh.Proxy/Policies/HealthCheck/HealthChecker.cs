using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using Mesh.Proxy.Upstreams;

namespace Mesh.Proxy.Policies.HealthCheck;

/// <summary>Asks each replica of a cluster how it is, again and again. A replica counts as well until it was not for often enough.</summary>
internal sealed class HealthChecker(string cluster, Model.Snapshots.HealthCheck settings, Func<int, int> draw, TimeProvider time, HealthEvents events) : IDisposable
{
    private readonly Lock _lock = new();
    private readonly Dictionary<UpstreamReplica, Patient> _patients = [];
    private Action? _changed;
    private Func<bool> _hasTraffic = static () => false;

    /// <summary>What it goes by.</summary>
    public Model.Snapshots.HealthCheck Settings => settings;

    /// <summary>Looks after these from now on; those that it knows go on as they are.</summary>
    /// <param name="replicas">All that are announced as ready.</param>
    /// <param name="probe">Makes what asks one of them.</param>
    /// <param name="hasTraffic">Whether the cluster was ever called.</param>
    /// <param name="changed">Called when one is not used any more, or again.</param>
    public void Watch(ImmutableArray<UpstreamReplica> replicas, Func<UpstreamReplica, IReplicaProbe> probe, Func<bool> hasTraffic, Action changed)
    {
        lock (_lock)
        {
            _changed = changed;
            _hasTraffic = hasTraffic;
            foreach (var gone in _patients.Keys.Except(replicas).ToList())
            {
                _patients.Remove(gone, out var patient);
                patient!.Stop();
            }

            foreach (var replica in replicas)
            {
                if (!_patients.ContainsKey(replica))
                {
                    var patient = new Patient(replica, probe(replica));
                    _patients.Add(replica, patient);
                    _ = RunAsync(patient);
                }
            }
        }
    }

    /// <summary>Asks no more.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            _changed = null;
            foreach (var patient in _patients.Values)
            {
                patient.Stop();
            }

            _patients.Clear();
        }
    }

    private async Task RunAsync(Patient patient)
    {
        using (patient.Probe)
        {
            await WaitAsync(Drawn(settings.InitialJitter), patient.Stopped);
            while (!patient.Stopped.IsCancellationRequested)
            {
                var result = await CheckAsync(patient);
                if (patient.Stopped.IsCancellationRequested)
                {
                    break;
                }

                events.Checked(cluster, patient.Replica.Name, result);
                Note(patient, result);
                var interval = _hasTraffic() ? settings.Interval : settings.NoTrafficInterval;
                await WaitAsync(interval + Drawn(settings.IntervalJitter) + Drawn(interval * settings.IntervalJitterPercent / 100), patient.Stopped);
            }
        }
    }

    private async Task<CheckResult> CheckAsync(Patient patient)
    {
        using var limit = new CancellationTokenSource(settings.Timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, patient.Stopped);
        try
        {
            return await patient.Probe.CheckAsync(either.Token);
        }
        catch (OperationCanceledException)
        {
            return new(CheckVerdict.Unwell, $"there was no answer within {settings.Timeout.TotalSeconds:0.###} s");
        }
        catch (Exception e) when (e is IOException or HttpRequestException or InvalidOperationException or System.Net.Sockets.SocketException or ObjectDisposedException)
        {
            return new(CheckVerdict.Unwell, AttemptFailure.Of(e).Detail);
        }
    }

    private void Note(Patient patient, CheckResult result)
    {
        var replica = patient.Replica;
        switch (result.Verdict)
        {
            case CheckVerdict.None:
                if (!patient.IsBlind)
                {
                    patient.IsBlind = true;
                    events.Blind(cluster, replica.Name, result.Detail);
                }

                return;

            case CheckVerdict.Well:
                patient.InARow = Math.Max(0, patient.InARow) + 1;
                if (!replica.IsUnhealthy || patient.InARow < settings.HealthyThreshold)
                {
                    return;
                }

                events.Healthy(cluster, replica.Name);
                break;

            default:
                patient.InARow = Math.Min(0, patient.InARow) - 1;
                if (replica.IsUnhealthy || -patient.InARow < settings.UnhealthyThreshold)
                {
                    return;
                }

                replica.Illness = new OutNote(result.Detail, time.GetUtcNow(), Until: null);
                events.Unhealthy(cluster, replica.Name, -patient.InARow, result.Detail);
                break;
        }

        replica.IsUnhealthy = result.Verdict == CheckVerdict.Unwell;
        Action? changed;
        lock (_lock)
        {
            changed = _changed;
        }

        changed?.Invoke();
    }

    private TimeSpan Drawn(TimeSpan most) => most <= TimeSpan.Zero ? TimeSpan.Zero : TimeSpan.FromMilliseconds(draw((int)Math.Min(int.MaxValue - 1, most.TotalMilliseconds) + 1));

    private async Task WaitAsync(TimeSpan pause, CancellationToken stopped)
    {
        if (pause > TimeSpan.Zero)
        {
            await Task.Delay(pause, time, stopped).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>A replica with what is known of it.</summary>
    [SuppressMessage("Design", "CA1001", Justification = "Whoever runs for it looks at the token to the end, and it has no timer.")]
    private sealed class Patient(UpstreamReplica replica, IReplicaProbe probe)
    {
        private readonly CancellationTokenSource _stop = new();

        public UpstreamReplica Replica => replica;

        public IReplicaProbe Probe => probe;

        public CancellationToken Stopped => _stop.Token;

        /// <summary>Successes in a row; below zero: failures.</summary>
        public int InARow { get; set; }

        public bool IsBlind { get; set; }

        public void Stop() => _stop.Cancel();
    }
}
