using System.Collections.Frozen;
using System.Collections.Immutable;
using Mesh.Model.Snapshots;
using Mesh.Proxy.Configuration;

namespace Mesh.Proxy.Policies.Fault;

/// <summary>The faults that are made now. It ends each by its own clock; nobody has to say so.</summary>
internal sealed partial class FaultBoard : IDisposable
{
    private readonly ILiveConfiguration _configuration;
    private readonly TimeProvider _time;
    private readonly ILogger<FaultBoard> _logger;
    private readonly Lock _lock = new();
    private readonly ITimer _timer;
    private ImmutableArray<CompiledFault> _all = [];
    private FrozenDictionary<string, ImmutableArray<CompiledFault>>? _current;

    public FaultBoard(ILiveConfiguration configuration, TimeProvider time, ILogger<FaultBoard> logger)
    {
        _configuration = configuration;
        _time = time;
        _logger = logger;
        _timer = time.CreateTimer(_ => Settle(), null, System.Threading.Timeout.InfiniteTimeSpan, System.Threading.Timeout.InfiniteTimeSpan);
        configuration.FaultsChanged += Settle;
        Settle();
    }

    /// <summary>By outbound listener; <see langword="null"/>: there are none, which is all that a request without faults pays for.</summary>
    public FrozenDictionary<string, ImmutableArray<CompiledFault>>? Current => Volatile.Read(ref _current);

    /// <inheritdoc />
    public void Dispose()
    {
        _configuration.FaultsChanged -= Settle;
        _timer.Dispose();
        lock (_lock)
        {
            Volatile.Write(ref _current, null);
            foreach (var fault in _all)
            {
                fault.Dispose();
            }

            _all = [];
        }
    }

    // Takes what is there and lets go of what has ended, by whichever way.
    private void Settle()
    {
        ImmutableArray<CompiledFault> before, all;
        lock (_lock)
        {
            before = _all;
            var now = _time.GetUtcNow();
            all = _all = [.. _configuration.Faults.Where(rule => rule.EndsAt > now).Select(rule => before.FirstOrDefault(known => known.Rule == rule) ?? new CompiledFault(rule))];
            Volatile.Write(ref _current, all.IsEmpty ? null : all
                .GroupBy(fault => ResourceNames.Outbound(fault.Rule.Upstream))
                .ToFrozenDictionary(group => group.Key, group => group.ToImmutableArray(), StringComparer.Ordinal));
            var next = all.IsEmpty ? System.Threading.Timeout.InfiniteTimeSpan : all.Min(fault => fault.Rule.EndsAt) - now;
            _timer.Change(next, System.Threading.Timeout.InfiniteTimeSpan);
        }

        foreach (var fault in all.Except(before))
        {
            Log.Begun(_logger, fault.Rule.Label, fault.Rule.Upstream.ToString(), fault.Rule.EndsAt);
        }

        foreach (var fault in before.Except(all))
        {
            Log.Ended(_logger, fault.Rule.Label, fault.Rule.Upstream.ToString());
            fault.Dispose();
        }
    }

    private static partial class Log
    {
        [LoggerMessage(3400, LogLevel.Warning, "{Fault} hits calls to {Upstream} until {End:O}.", EventName = nameof(Begun))]
        public static partial void Begun(ILogger logger, string fault, string upstream, DateTimeOffset end);

        [LoggerMessage(3401, LogLevel.Information, "{Fault} has ended for calls to {Upstream}.", EventName = nameof(Ended))]
        public static partial void Ended(ILogger logger, string fault, string upstream);
    }
}
