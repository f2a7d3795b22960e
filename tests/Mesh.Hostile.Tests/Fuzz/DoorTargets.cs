using System.Net.Sockets;
using System.Text;
using Mesh.Hostile.Tests.Http1;
using Mesh.Hostile.Tests.Http2;
using Mesh.Hostile.Tests.Servers;
using Mesh.Model.Snapshots;

namespace Mesh.Hostile.Tests.Fuzz;

/// <summary>Whole messages at the doors of a mesh that runs: what reaches the app is HTTP and nothing below /admin.</summary>
internal static class DoorTargets
{
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(50);

    private static readonly Lazy<MeshDoors> Mesh = new(() => MeshDoors.StartAsync("mesh", WireProtocol.Auto, MeshDoors.NoAdmin).GetAwaiter().GetResult());

    public static IReadOnlyList<FuzzTarget> All { get; } =
    [
        new("http1-doors", FuzzTargets.Corpora("framing.txt", "head.txt", "target.txt", "method.txt"), ["\r\n", "\n", "\r", "Content-Length: 5\r\n", "Transfer-Encoding: chunked\r\n", "0\r\n\r\n", "/admin", ":", " ", "GET /admin HTTP/1.1\r\nHost: a\r\n\r\n"], RunHttp1, 80),
        new("http2-doors", [.. Http2Message.ReadAll().Select(m => m.Octets).Where(o => o.Length < 2000)], ["/admin", "\r\n", "transfer-encoding", "chunked", ":path"], RunHttp2, 60),
        new("client-hello", [File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "Corpus", "seeds", "client-hello"))], ["http.orders.default", "h2", "mesh-tcp"], RunHello, 300),
    ];

    private static void RunHttp1(byte[] input)
    {
        foreach (var door in new[] { Mesh.Value.Listener, Mesh.Value.MeshDoor })
        {
            Send(door, [.. input, .. Encoding.ASCII.GetBytes("GET /next HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")]);
        }
    }

    private static void RunHttp2(byte[] input)
    {
        foreach (var door in new[] { Mesh.Value.Listener, Mesh.Value.MeshDoorHttp2 })
        {
            // The goodbye of the caller lets the server close once it has answered.
            Send(door, [.. Http2Frame.Preface(), .. input, .. new Http2Frame(Http2Frame.GoAway, 0, 0, new byte[8]).Octets]);
        }
    }

    // Whatever a hello looks like, nobody gets in without a certificate, and the door stays open for others.
    private static void RunHello(byte[] input)
    {
        var raw = new Target("mesh door before TLS", () => HostileConnection.OpenAsync(Mesh.Value.Pair.Callee.MeshDoor), Mesh.Value.MeshDoor.Recording, Patience);
        Send(raw, input);
        if (raw.Recording.Take().Count > 0)
        {
            throw new InvalidOperationException("Somebody without a certificate got in.");
        }
    }

    private static void Send(Target door, byte[] octets)
    {
        door.Recording.Take();
        SendAsync(door, octets).GetAwaiter().GetResult();
        foreach (var request in door.Recording.Take())
        {
            if (request.Fault is not null || AppReadings.Of(request.Target).Any(r => r.StartsWith("/admin/", StringComparison.OrdinalIgnoreCase)))
            {
                throw new InvalidOperationException($"{door} let through: {request}");
            }
        }
    }

    private static async Task SendAsync(Target door, byte[] octets)
    {
        using var connection = await door.ConnectAsync();
        using var enough = new CancellationTokenSource(Patience);
        var buffer = new byte[8192];
        try
        {
            await connection.Stream.WriteAsync(octets, enough.Token);
            await connection.Stream.FlushAsync(enough.Token);
            while (await connection.Stream.ReadAsync(buffer, enough.Token) > 0)
            {
                // What it says is for other tests.
            }
        }
        catch (Exception e) when (e is IOException or SocketException or OperationCanceledException)
        {
            // It closed, or waits for more.
        }
    }
}
