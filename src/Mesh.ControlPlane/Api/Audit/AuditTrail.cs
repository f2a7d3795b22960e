using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text.Json;
using Mesh.ControlPlane.Insight;

namespace Mesh.ControlPlane.Api;

/// <summary>
/// Who wrote what: in the log, in a file of the state directory, and the latest in memory. What is about to be done is on the disk before it is done, and how it went behind it: so nothing is
/// in force that nobody answers for.
/// </summary>
internal sealed partial class AuditTrail
{
    private const int Kept = 1000;

    private readonly IAuditLog _log;
    private readonly TimeProvider _time;
    private readonly ControlPlaneMetrics _metrics;
    private readonly ILogger<AuditTrail> _logger;
    private readonly Lock _lock = new();
    private readonly List<AuditEvent> _latest = [];

    public AuditTrail(IAuditLog log, TimeProvider time, ControlPlaneMetrics metrics, ILogger<AuditTrail> logger)
    {
        _log = log;
        _time = time;
        _metrics = metrics;
        _logger = logger;

        // Two lines for most of them.
        foreach (var entry in log.Latest(2 * Kept).Select(Read).OfType<AuditEvent>())
        {
            Keep(entry);
        }
    }

    /// <summary>The latest events, newest first.</summary>
    public ImmutableArray<AuditEvent> Latest
    {
        get
        {
            lock (_lock)
            {
                return [.. Enumerable.Reverse(_latest)];
            }
        }
    }

    /// <summary>Writes down what is about to be done.</summary>
    /// <exception cref="IOException">It is not written down: it must not be done.</exception>
    public AuditIntent Begin(string who, string action, string target, string? before = null) => Begin(who, action, [(target, before)]);

    /// <summary>Writes down what is about to be done to several targets at once.</summary>
    /// <exception cref="IOException">It is not written down: it must not be done.</exception>
    public AuditIntent Begin(string who, string action, IEnumerable<(string Target, string? Before)> targets)
    {
        var now = _time.GetUtcNow();
        ImmutableArray<AuditEvent> events =
        [
            .. targets.Select(t => new AuditEvent(now, who, action, t.Target, t.Before, null, AuditEvent.Begun) { Id = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8)) }),
        ];
        Append(events);
        return new AuditIntent(this, events);
    }

    /// <summary>Writes down what was refused, or what nobody has yet who could use it.</summary>
    /// <exception cref="IOException">It is not written down.</exception>
    public void Write(string who, string action, string target, string? before, string? after, string outcome = AuditEvent.Done)
    {
        var entry = new AuditEvent(_time.GetUtcNow(), who, action, target, before, after, outcome);
        Append([entry]);
        Say(entry);
    }

    /// <summary>Writes down how something went. It went so, whether this can be written or not.</summary>
    internal void End(ImmutableArray<AuditEvent> events)
    {
        events = [.. events.Select(e => e with { At = _time.GetUtcNow() })];
        try
        {
            Append(events);
        }
        catch (IOException e)
        {
            lock (_lock)
            {
                Keep(events);
            }

            Log.OutcomeNotWritten(_logger, events[0].Who, events[0].Action, events[0].Outcome, e.Message);
        }

        foreach (var entry in events)
        {
            Say(entry);
        }
    }

    private void Append(ImmutableArray<AuditEvent> events)
    {
        using var lines = new MemoryStream();
        foreach (var entry in events)
        {
            JsonSerializer.Serialize(lines, entry, JsonSerializerOptions.Web);
            lines.WriteByte((byte)'\n');
        }

        lock (_lock)
        {
            _log.Append(lines.GetBuffer().AsSpan(0, (int)lines.Length));
            Keep(events);
        }
    }

    private void Say(AuditEvent entry)
    {
        if (entry.Outcome == AuditEvent.Nothing)
        {
            return;
        }

        _metrics.Audited(entry.Outcome);
        Log.Written(_logger, entry.Who, entry.Action, entry.Target, entry.Before ?? "nothing", entry.After ?? "nothing", entry.Outcome);
    }

    private void Keep(IEnumerable<AuditEvent> events)
    {
        foreach (var entry in events)
        {
            Keep(entry);
        }
    }

    // How something went takes the place of what was about to be done.
    private void Keep(AuditEvent entry)
    {
        if (entry.Id is not null)
        {
            _latest.RemoveAll(e => e.Id == entry.Id);
        }

        if (entry.Outcome != AuditEvent.Nothing)
        {
            _latest.Add(entry);
        }

        if (_latest.Count > Kept)
        {
            _latest.RemoveAt(0);
        }
    }

    private static AuditEvent? Read(string line)
    {
        try
        {
            return JsonSerializer.Deserialize<AuditEvent>(line, JsonSerializerOptions.Web);
        }
        catch (JsonException)
        {
            // The last line of a process that was killed while it wrote.
            return null;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(2510, LogLevel.Information, "Audit: {Who} {Action} {Target}: {Before} -> {After}, {Outcome}.", EventName = nameof(Written))]
        public static partial void Written(ILogger logger, string who, string action, string target, string before, string after, string outcome);

        [LoggerMessage(2512, LogLevel.Error, "The audit trail holds that {Who} was about to {Action} and not how it went, which is {Outcome}: {Reason}", EventName = nameof(OutcomeNotWritten))]
        public static partial void OutcomeNotWritten(ILogger logger, string who, string action, string outcome, string reason);
    }
}
