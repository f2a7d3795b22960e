using System.Collections.Frozen;
using System.Globalization;
using System.Text.Json;
using Mesh.Proxy.Configuration;
using Mesh.Proxy.Identity;
using Mesh.Proxy.Inbound;
using Mesh.Proxy.Telemetry;
using Mesh.Proxy.Telemetry.AccessLogs;

namespace Mesh.Proxy.Admin;

/// <summary>What the admin endpoint answers. Open: ready, live, stats. With the token: everything that shows configuration or changes something.</summary>
internal sealed partial class AdminEndpoints
{
    private const int LongestDrain = 3600;

    private readonly WebPageRules _pages = new(FrozenSet<string>.Empty);
    private BearerToken? _token;
    private readonly Readiness _readiness;
    private readonly MetricTables _metrics;
    private readonly AdminDumps _dumps;
    private readonly LogLevelSwitch _level;
    private readonly DrainSignal _drain;
    private readonly InboundDrain _inbound;
    private readonly AccessLogTargets _accessLogs;
    private readonly ILogger _logger;

    public AdminEndpoints(
        Readiness readiness,
        MetricTables metrics,
        AdminDumps dumps,
        LogLevelSwitch level,
        DrainSignal drain,
        InboundDrain inbound,
        AccessLogTargets accessLogs,
        ILogger<AdminEndpoints> logger)
    {
        _readiness = readiness;
        _metrics = metrics;
        _dumps = dumps;
        _level = level;
        _drain = drain;
        _inbound = inbound;
        _accessLogs = accessLogs;
        _logger = logger;
    }

    /// <summary>The token that is asked for.</summary>
    public string Token { set => _token = new BearerToken(value); }

    /// <summary>Answers a request.</summary>
    public Task AnswerAsync(HttpContext http)
    {
        var request = http.Request;

        // It listens on loopback, where a page in the developer's browser can reach it too.
        if (_pages.Fault(request.Method, request.Headers) is { } fault)
        {
            return HealthAnswers.TextAsync(http, StatusCodes.Status403Forbidden, fault);
        }

        return (request.Method, request.Path.Value) switch
        {
            ("GET" or "HEAD", "/live") => HealthAnswers.LiveAsync(http),
            ("GET" or "HEAD", "/ready") => HealthAnswers.ReadyAsync(http, _readiness),
            ("GET", "/stats") => StatsAsync(http),
            ("GET", "/config") => Guarded(http, () => JsonAsync(http, _dumps.WriteConfiguration)),
            ("GET", "/certificates") => Guarded(http, () => JsonAsync(http, _dumps.WriteCertificates)),
            ("GET", "/clusters") => Guarded(http, () => JsonAsync(http, _dumps.WriteClusters)),
            ("POST", "/logging") => Guarded(http, () => SetLevelAsync(http)),
            ("POST", "/access-logs/reopen") => Guarded(http, () => HealthAnswers.TextAsync(http, StatusCodes.Status200OK, string.Create(CultureInfo.InvariantCulture, $"{_accessLogs.Reopen()} files are opened anew"))),
            ("POST", "/drain") => Guarded(http, () => DrainAsync(http)),
            (_, "/live" or "/ready" or "/stats" or "/config" or "/certificates" or "/clusters" or "/logging" or "/drain" or "/access-logs/reopen") =>
                HealthAnswers.TextAsync(http, StatusCodes.Status405MethodNotAllowed, "Wrong method: /logging, /drain and /access-logs/reopen are POST, all others GET."),
            _ => HealthAnswers.TextAsync(http, StatusCodes.Status404NotFound, "GET /live /ready /stats /config /certificates /clusters; POST /logging?level=Debug /drain /access-logs/reopen"),
        };
    }

    private Task Guarded(HttpContext http, Func<Task> answer)
    {
        if (_token?.Matches(http.Request.Headers.Authorization) == true)
        {
            return answer();
        }

        http.Response.Headers.WWWAuthenticate = "Bearer";
        return HealthAnswers.TextAsync(http, StatusCodes.Status401Unauthorized, "Send 'Authorization: Bearer …' with the bootstrap file's admin.token, or with what is in admin.token of the state directory.");
    }


    private Task StatsAsync(HttpContext http)
    {
        http.Response.ContentType = PrometheusText.ContentType;
        return http.Response.WriteAsync(PrometheusText.Write(_metrics.Read()), http.RequestAborted);
    }

    private Task SetLevelAsync(HttpContext http)
    {
        var text = http.Request.Query["level"].ToString();
        if (text.Length == 0 || !char.IsAsciiLetter(text[0]) || !Enum.TryParse<LogLevel>(text, ignoreCase: true, out var level))
        {
            return HealthAnswers.TextAsync(http, StatusCodes.Status400BadRequest, $"level '{text}' is none of Trace, Debug, Information, Warning, Error, Critical, None.");
        }

        Log.LevelSet(_logger, _level.Level, level);
        _level.Level = level;
        return HealthAnswers.TextAsync(http, StatusCodes.Status200OK, $"level {level}");
    }

    private async Task DrainAsync(HttpContext http)
    {
        var wait = http.Request.Query["wait"].ToString();
        var seconds = 0;
        if (wait.Length > 0 && (!int.TryParse(wait, NumberStyles.None, CultureInfo.InvariantCulture, out seconds) || seconds > LongestDrain))
        {
            await HealthAnswers.TextAsync(http, StatusCodes.Status400BadRequest, $"wait '{wait}' is no number of seconds from 0 to {LongestDrain}.");
            return;
        }

        if (!_drain.IsDraining)
        {
            Log.DrainAsked(_logger);
            _drain.Begin();
        }

        if (wait.Length == 0)
        {
            await HealthAnswers.TextAsync(http, StatusCodes.Status202Accepted, "draining");
            return;
        }

        var left = await _inbound.RunAsync(TimeSpan.FromSeconds(seconds), http.RequestAborted);
        await HealthAnswers.TextAsync(http, StatusCodes.Status200OK, left == 0 ? "drained" : $"drained but for {left} connections that did not end within {seconds} s");
    }

    private static async Task JsonAsync(HttpContext http, Action<Utf8JsonWriter> write)
    {
        // Into memory first: Kestrel takes no synchronous writes, and a dump that fails half-way is no JSON.
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Indented = true }))
        {
            write(json);
        }

        http.Response.ContentType = "application/json";
        await http.Response.Body.WriteAsync(buffer.GetBuffer().AsMemory(0, (int)buffer.Length), http.RequestAborted);
    }

    private static partial class Log
    {
        [LoggerMessage(3101, LogLevel.Information, "The log level was set from {Before} to {After}.", EventName = nameof(LevelSet))]
        public static partial void LevelSet(ILogger logger, LogLevel before, LogLevel after);

        [LoggerMessage(3102, LogLevel.Information, "The admin endpoint was asked to drain this replica.", EventName = nameof(DrainAsked))]
        public static partial void DrainAsked(ILogger logger);
    }
}
