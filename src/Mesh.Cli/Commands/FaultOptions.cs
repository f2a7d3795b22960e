using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;

namespace Mesh.Cli.Commands;

/// <summary>What goes wrong, as options; the control plane says what is wrong with it.</summary>
internal sealed class FaultOptions
{
    private readonly Argument<string> _to = new("service") { Description = "Whose calls: service, service/port or namespace/service/port." };
    private readonly Option<string[]> _from = new("--from") { Description = "A caller, service or namespace/service; may be given again. Default: all that use it.", HelpName = "service" };
    private readonly Option<string> _for = new("--for") { Description = "How long, at most 1h. Default: 5m.", HelpName = "duration", DefaultValueFactory = _ => "5m" };
    private readonly Option<string?> _delay = new("--delay") { Description = "A pause, such as 500ms, or one that is drawn between two, such as 100ms..2s.", HelpName = "duration" };
    private readonly Option<string?> _abort = new("--abort") { Description = "An answer in the service's place: an HTTP status (503), a gRPC status (UNAVAILABLE), or reset.", HelpName = "status" };
    private readonly Option<double?> _percent = new("--percent") { Description = "Share of the requests, for each effect. Default: 100.", HelpName = "percent" };
    private readonly Option<int?> _speed = new("--bytes-per-second") { Description = "The most bytes of a response that come in a second, of streams and WebSockets too.", HelpName = "bytes" };
    private readonly Option<int?> _cut = new("--cut-after") { Description = "After so many bytes the response, stream or WebSocket breaks off.", HelpName = "bytes" };
    private readonly Option<string?> _latency = new("--tcp-latency") { Description = "For connections of tcp ports: how long each piece is held on its way back.", HelpName = "duration" };
    private readonly Option<string?> _jitter = new("--tcp-jitter") { Description = "How much longer or shorter than --tcp-latency at most.", HelpName = "duration" };
    private readonly Option<int?> _tcpSpeed = new("--tcp-bytes-per-second") { Description = "The most bytes that come back in a second.", HelpName = "bytes" };
    private readonly Option<string?> _reset = new("--tcp-reset-after") { Description = "After so long the connection is reset; 0s: at once.", HelpName = "duration" };
    private readonly Option<int?> _limit = new("--tcp-limit-bytes") { Description = "After so many bytes nothing more comes back.", HelpName = "bytes" };
    private readonly Option<string?> _slowClose = new("--tcp-slow-close") { Description = "How long the end is held back.", HelpName = "duration" };
    private readonly Option<string?> _path = new("--path") { Description = "Only requests of this path; /orders/* takes all below it too.", HelpName = "path" };
    private readonly Option<string?> _method = new("--method") { Description = "Only requests of this method.", HelpName = "method" };
    private readonly Option<string[]> _headers = new("--header") { Description = "Only requests with this header, such as tenant=7; may be given again.", HelpName = "name=value" };

    /// <summary>Adds them.</summary>
    public void AddTo(Command command)
    {
        command.Arguments.Add(_to);
        foreach (Option option in (Option[])[_from, _for, _delay, _abort, _speed, _cut, _latency, _jitter, _tcpSpeed, _reset, _limit, _slowClose, _percent, _path, _method, _headers])
        {
            command.Options.Add(option);
        }
    }

    /// <summary>The request that they make up.</summary>
    public JsonObject Read(ParseResult parsed)
    {
        var request = new JsonObject { ["to"] = parsed.GetValue(_to), ["duration"] = parsed.GetValue(_for) };
        if (parsed.GetValue(_from) is { Length: > 0 } callers)
        {
            request["from"] = new JsonArray([.. callers.Select(caller => (JsonNode)caller)]);
        }

        if (Match(parsed) is { Count: > 0 } match)
        {
            request["matches"] = new JsonArray(match);
        }

        var percent = parsed.GetValue(_percent);
        if (parsed.GetValue(_delay) is { } delay)
        {
            request["delay"] = WithPercent(delay.Split("..") is [var min, var max] ? new() { ["min"] = min, ["max"] = max } : new() { ["fixed"] = delay }, percent);
        }

        if (parsed.GetValue(_abort) is { } abort)
        {
            request["abort"] = WithPercent(
                abort == "reset" ? new() { ["reset"] = true }
                : int.TryParse(abort, NumberStyles.None, CultureInfo.InvariantCulture, out var status) ? new() { ["httpStatus"] = status }
                : new() { ["grpcStatus"] = abort },
                percent);
        }

        AddIfAny("response", new() { ["bytesPerSecond"] = parsed.GetValue(_speed), ["cutAfter"] = parsed.GetValue(_cut) });
        AddIfAny("tcp", new()
        {
            ["latency"] = parsed.GetValue(_latency),
            ["jitter"] = parsed.GetValue(_jitter),
            ["bytesPerSecond"] = parsed.GetValue(_tcpSpeed),
            ["resetAfter"] = parsed.GetValue(_reset),
            ["limitBytes"] = parsed.GetValue(_limit),
            ["slowClose"] = parsed.GetValue(_slowClose),
        });
        return request;

        void AddIfAny(string name, JsonObject effect)
        {
            foreach (var missing in effect.Where(field => field.Value is null).Select(field => field.Key).ToArray())
            {
                effect.Remove(missing);
            }

            if (effect.Count > 0)
            {
                request[name] = WithPercent(effect, percent);
            }
        }
    }

    private JsonObject Match(ParseResult parsed)
    {
        var match = new JsonObject();
        if (parsed.GetValue(_path) is { } path)
        {
            match["path"] = path.EndsWith("/*", StringComparison.Ordinal)
                ? new JsonObject { ["type"] = "PathPrefix", ["value"] = path.Length == 2 ? "/" : path[..^2] }
                : new JsonObject { ["type"] = "Exact", ["value"] = path };
        }

        if (parsed.GetValue(_method) is { } method)
        {
            match["method"] = method;
        }

        if (parsed.GetValue(_headers) is { Length: > 0 } headers)
        {
            match["headers"] = new JsonArray([.. headers.Select(header => header.Split('=', 2) is [var name, var value]
                ? new JsonObject { ["name"] = name, ["value"] = value }
                : new JsonObject { ["name"] = header, ["type"] = "Present" })]);
        }

        return match;
    }

    private static JsonObject WithPercent(JsonObject effect, double? percent)
    {
        if (percent is not null)
        {
            effect["percent"] = percent;
        }

        return effect;
    }
}
