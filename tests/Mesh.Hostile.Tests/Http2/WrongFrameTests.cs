using Mesh.Hostile.Tests.Servers;

namespace Mesh.Hostile.Tests.Http2;

/// <summary>Frames that RFC 9113 calls a connection error: the connection ends, and nothing of it reaches the app.</summary>
public sealed class WrongFrameTests(AllServers servers) : IClassFixture<AllServers>
{
    private static readonly byte[] Head = Http2Frame.Block(Http2Frame.Plain("GET", "/a"));

    public static TheoryData<string> Names() => [.. Frames().Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Frame_ThatMayNotBe_EndsTheConnection(string name)
    {
        foreach (var door in new[] { servers.Guarded.Listener, servers.Guarded.FrontDoor, servers.Guarded.MeshDoorHttp2 })
        {
            door.Recording.Take();
            using var caller = new Http2Caller(await door.ConnectAsync());

            await caller.SendAsync([.. Http2Frame.Preface(), .. Frames()[name]]);
            await caller.ReadUntilAsync(_ => false, door.Patience);

            Assert.True(caller.IsClosed, $"{door} goes on after: {name}.");
            Assert.Empty(door.Recording.Take());
        }
    }

    private static Dictionary<string, byte[]> Frames() => new()
    {
        ["headers on the connection itself"] = Frame(Http2Frame.Headers, 5, 0, Head),
        ["headers on a stream of the server's"] = Frame(Http2Frame.Headers, 5, 2, Head),
        ["headers on a stream that was passed over"] = [.. Frame(Http2Frame.Headers, 5, 5, [0x80]), .. Frame(Http2Frame.Headers, 5, 3, Head)],
        ["data on a stream that nobody opened"] = Frame(Http2Frame.Data, 1, 1, "x"u8.ToArray()),
        ["data on the connection itself"] = Frame(Http2Frame.Data, 1, 0, "x"u8.ToArray()),
        ["a frame above the size that was agreed on"] = Frame(Http2Frame.Headers, 5, 1, new byte[20_000]),
        ["padding longer than its frame"] = Frame(Http2Frame.Headers, 5 | Http2Frame.Padded, 1, [255, .. Head]),
        ["a continuation of nothing"] = Frame(Http2Frame.Continuation, 4, 1, Head),
        ["another frame within a head"] = [.. Frame(Http2Frame.Headers, 1, 1, Head), .. Frame(Http2Frame.Ping, 0, 0, new byte[8])],
        ["a continuation on another stream"] = [.. Frame(Http2Frame.Headers, 1, 1, Head), .. Frame(Http2Frame.Continuation, 4, 3, [])],
        ["settings on a stream"] = Frame(Http2Frame.Settings, 0, 1, []),
        ["settings that are cut off"] = Frame(Http2Frame.Settings, 0, 0, new byte[5]),
        ["an acknowledgement of settings with settings"] = Frame(Http2Frame.Settings, 1, 0, new byte[6]),
        ["a window beyond 31 bits"] = Frame(Http2Frame.Settings, 0, 0, [0, 4, 255, 255, 255, 255]),
        ["a frame size below the least"] = Frame(Http2Frame.Settings, 0, 0, [0, 5, 0, 0, 0, 1]),
        ["a ping that is too short"] = Frame(Http2Frame.Ping, 0, 0, new byte[7]),
        ["a ping on a stream"] = Frame(Http2Frame.Ping, 0, 1, new byte[8]),
        ["a window that opens by nothing"] = Frame(Http2Frame.WindowUpdate, 0, 0, new byte[4]),
        ["a window that opens too far"] = Frame(Http2Frame.WindowUpdate, 0, 0, [127, 255, 255, 255]),
        ["a window update that is cut off"] = Frame(Http2Frame.WindowUpdate, 0, 0, new byte[3]),
        ["a reset of a stream that nobody opened"] = Frame(Http2Frame.Reset, 0, 1, new byte[4]),
        ["a reset that is cut off"] = Frame(Http2Frame.Reset, 0, 1, new byte[3]),
        ["a push from a caller"] = Frame(Http2Frame.Push, 4, 1, [0, 0, 0, 2, .. Head]),
        ["a goodbye on a stream"] = Frame(Http2Frame.GoAway, 0, 1, new byte[8]),
        ["a header that no table has"] = Frame(Http2Frame.Headers, 5, 1, [0xFF, 0x80, 0x80, 0x80, 0x01]),
        ["a header whose number never ends"] = Frame(Http2Frame.Headers, 5, 1, [0xFF, .. Enumerable.Repeat((byte)0xFF, 50)]),
        ["a header longer than its head"] = Frame(Http2Frame.Headers, 5, 1, [0, 0x7F, 0xE1, 0x7F]),
        ["a table larger than agreed on"] = Frame(Http2Frame.Headers, 5, 1, [0x3F, 0xE1, 0xFF, 0x03, .. Head]),
        ["a Huffman code that is none"] = Frame(Http2Frame.Headers, 5, 1, [0, 0x84, 0xFF, 0xFF, 0xFF, 0xFF, 1, (byte)'x']),
        ["headers that depend on themselves"] = Frame(Http2Frame.Headers, 5 | 0x20, 1, [0, 0, 0, 1, 16, .. Head]),
        ["HTTP/1.1 behind the preface"] = "GET /a HTTP/1.1\r\nHost: a\r\n\r\n"u8.ToArray(),
    };

    private static byte[] Frame(byte type, byte flags, int stream, byte[] payload) => new Http2Frame(type, flags, stream, payload).Octets;
}
