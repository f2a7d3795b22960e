using System.Globalization;
using System.Net;
using Microsoft.Extensions.Primitives;

namespace Mesh.Proxy.Telemetry.AccessLogs;

/// <summary>One command operator, ready to run, or a literal.</summary>
/// <param name="Name">Its name; <see langword="null"/>: it is a literal.</param>
/// <param name="Value">Its argument, or the literal.</param>
internal sealed record AccessOperator(string? Name, string Value)
{
    /// <summary>Whether its value is a number.</summary>
    public bool IsNumber => Name is "RESPONSE_CODE" or "DURATION" or "BYTES_RECEIVED" or "BYTES_SENT" or "UPSTREAM_REQUEST_ATTEMPT_COUNT";

    /// <summary>Its value; <see langword="null"/>: there is none.</summary>
    public string? Of(in AccessEntry entry) => Name switch
    {
        null => Value,
        "REQ" => Request(entry.Context?.Request),
        "RESP" => entry.Context is { } context ? First(context.Response.Headers[Value]) : null,
        "START_TIME" => (entry.EndedAt - entry.Elapsed).UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture),
        "DURATION" => ((long)entry.Elapsed.TotalMilliseconds).ToString(CultureInfo.InvariantCulture),
        "PROTOCOL" => entry.Context?.Request.Protocol,
        "RESPONSE_CODE" => entry.Status.ToString(CultureInfo.InvariantCulture),
        "RESPONSE_CODE_DETAILS" or "MESH_ERROR" => entry.Error,
        "RESPONSE_FLAGS" => entry.Flags,
        "BYTES_RECEIVED" => entry.Notes.BytesReceived.ToString(CultureInfo.InvariantCulture),
        "BYTES_SENT" => entry.Notes.BytesSent.ToString(CultureInfo.InvariantCulture),
        "UPSTREAM_HOST" => entry.Notes.UpstreamHost,
        "UPSTREAM_REQUEST_ATTEMPT_COUNT" => entry.Notes.Attempts.ToString(CultureInfo.InvariantCulture),
        "ROUTE_NAME" => entry.Route,
        "DOWNSTREAM_REMOTE_ADDRESS" => entry.Context is { Connection: { RemoteIpAddress: { } address } connection } ? Address(address, connection.RemotePort)
            : entry.Remote is IPEndPoint remote ? Address(remote.Address, remote.Port)
            : null,
        "DOWNSTREAM_PEER_URI_SAN" => entry.CallerId,
        "TRACE_ID" => First(entry.Context?.Request.Headers.TraceParent ?? default) is { Length: 55 } parent ? parent[3..35] : null,
        "MESH_SOURCE_SERVICE" => entry.Caller,
        "MESH_DESTINATION_SERVICE" => entry.Callee,
        "MESH_DIRECTION" => entry.Direction switch { HopDirection.Outbound => "outbound", HopDirection.Inbound => "inbound", _ => "front_door" },
        _ => null,
    };

    // The path without its query: what stands there is as often a secret as not.
    private string? Request(HttpRequest? request) => Value switch
    {
        _ when request is null => null,
        ":METHOD" => request.Method,
        ":PATH" => request.Path.Value,
        ":AUTHORITY" => request.Host.Value,
        _ => First(request.Headers[Value]),
    };

    private static string Address(IPAddress address, int port) =>
        string.Create(CultureInfo.InvariantCulture, $"{(address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address)}:{port}");

    private static string? First(StringValues values) => values.Count == 0 ? null : values[0];
}
