using System.Buffers;
using System.Collections.Frozen;
using System.Net.Sockets;
using Mesh.Hostile.Tests.Http1;
using Mesh.Hostile.Tests.Servers;
using Mesh.Model.Requests;
using Mesh.Proxy.Downstreams;
using Mesh.Proxy.Identity;
using Mesh.Proxy.Policies.TrafficPermission;
using Mesh.Proxy.Upstreams;
using Mesh.Proxy.Upstreams.Http1;
using Microsoft.AspNetCore.Http;

namespace Mesh.Hostile.Tests.Fuzz;

/// <summary>What is ours of HTTP: the request target and the path behind it, responses of upstreams, the web page rules, the first bytes of a connection.</summary>
internal static class HttpTargets
{
    private static readonly CompiledPermissions NoAdmin = new(MeshDoors.NoAdmin);
    private static readonly WebPageRules Pages = new(FrozenSet<string>.Empty);

    public static IReadOnlyList<FuzzTarget> All { get; } =
    [
        new("request-target", [.. PathCorpusTests.Paths().Select(r => FuzzTargets.Octets(r.Data.TrimStart('+')))], ["/admin", "%2f", "%2e", "..", ";", "//", "%25", "\\", "%5c", "/ADMIN", "http://a", "%61"], RunTarget, 15_000),
        new("response", Responses(), ["\r\n", "Content-Length: ", "Transfer-Encoding: chunked\r\n", "0\r\n\r\n", "ffffffffffffffff", "Connection: close\r\n", "HTTP/1.1 100 \r\n\r\n"], RunResponse, 8000),
        new("web-page", [.. new[] { "localhost", "127.0.0.1:80", "[::1]:80", "http://localhost", "https://a.localhost:1", "http://127.0.0.1/", "null" }.Select(FuzzTargets.Octets)], ["localhost", "evil.example", "@", "[", "]", ":", ".", "//", "127.0.0.1"], RunPage, 15_000),
        new("http2-preface", [FuzzTargets.Octets("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"), FuzzTargets.Octets("GET / HTTP/1.1\r\n")], [], RunPreface, 20_000),
    ];

    private static IReadOnlyList<byte[]> Responses() =>
    [
        .. new[]
        {
            "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nX: y\r\n\r\nhello",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5;a=b\r\nhello\r\n0\r\nX-Late: 1\r\n\r\n",
            "HTTP/1.1 103 Early\r\nLink: a\r\n\r\nHTTP/1.0 204 \r\nConnection: close\r\n\r\n",
            "HTTP/1.1 200 OK\r\n\r\nto the end",
        }.Select(FuzzTargets.Octets),
    ];

    // Whatever is let through is no way to /admin for any app.
    private static void RunTarget(byte[] input)
    {
        var raw = FuzzTargets.Text(input);
        if (!RequestTarget.TryParse(raw, out var target) || !AppPath.TryRead(target.Path, isMatched: true, out var path) || !NoAdmin.Decide("spiffe://a/b", "GET", path).IsAllowed)
        {
            return;
        }

        if (AppReadings.Of(target.Path).FirstOrDefault(r => r.StartsWith("/admin/", StringComparison.OrdinalIgnoreCase)) is { } reading)
        {
            throw new InvalidOperationException($"'{raw}' passes as '{path}' and is '{reading}' to some apps.");
        }
    }

    private static void RunResponse(byte[] input)
    {
        using var connection = new Http1Connection(new UpstreamConnection(new Socket(SocketType.Stream, ProtocolType.Tcp), new MemoryStream(input), Network: null));
        try
        {
            Finish(connection.ReadHeadAsync());
            using var body = new Http1Body(connection, isHead: false);
            var buffer = new byte[1000];
            while (!body.IsComplete)
            {
                var read = body.ReadAsync(buffer, CancellationToken.None);
                if ((read.IsCompleted ? read.GetAwaiter().GetResult() : throw new InvalidOperationException("It waits for a stream that is at its end.")) == 0)
                {
                    break;
                }
            }
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            // What it documents for what is no response.
        }
    }

    // A page or host that is taken for this machine's ends in a name that nobody else can have.
    private static void RunPage(byte[] input)
    {
        var text = FuzzTargets.Text(input);
        if (Pages.Fault("POST", new HeaderDictionary { ["Host"] = "localhost", ["Origin"] = text }) is null && text.Length > 0)
        {
            // A text that is no URL is nobody's origin: browsers write none.
            var host = Uri.TryCreate(text, UriKind.Absolute, out var url) ? url.Host.Trim('[', ']') : "localhost";
            if (!host.Equals("localhost", StringComparison.OrdinalIgnoreCase) && !host.EndsWith(".localhost", StringComparison.OrdinalIgnoreCase) && !(System.Net.IPAddress.TryParse(host, out var address) && System.Net.IPAddress.IsLoopback(address)))
            {
                throw new InvalidOperationException($"Origin '{text}' passes and is {host}.");
            }
        }

        _ = Pages.Fault("GET", new HeaderDictionary { ["Host"] = text, ["Sec-Fetch-Site"] = text, ["Referer"] = text });
    }

    private static void RunPreface(byte[] input)
    {
        for (var length = 0; length <= input.Length; length++)
        {
            if (Http2Preface.Judge(new ReadOnlySequence<byte>(input, 0, length)) == HttpWire.Http2 && !input.AsSpan().StartsWith("PRI * HTTP/2.0\r\n"u8))
            {
                throw new InvalidOperationException("It is no preface.");
            }

            if (length > 100)
            {
                return;
            }
        }
    }

    private static void Finish(ValueTask task)
    {
        if (!task.IsCompleted)
        {
            throw new InvalidOperationException("It waits for a stream that is at its end.");
        }

        task.GetAwaiter().GetResult();
    }
}
