using System.Text;
using Mesh.Hostile.Tests.Servers;
using Mesh.Model.Snapshots;
using Mesh.Proxy.Downstreams;
using Mesh.Proxy.Tests.Pair;

namespace Mesh.Hostile.Tests.Http2;

/// <summary>Callers that send much and mean nothing: each is cut off or held up, and others are served meanwhile.</summary>
[Collection(nameof(MeasuresMemory))]
public sealed class FloodTests : IAsyncLifetime
{
    private const int Many = 20_000;

    private MeshDoors _mesh = null!;

    public static TheoryData<string, bool> Floods() => new()
    {
        { nameof(RapidReset), true },
        { nameof(Continuations), true },
        { nameof(EmptyContinuations), true },
        { nameof(SettingsWithoutEnd), false },
        { nameof(PingsWithoutEnd), false },
        { nameof(EmptyData), false },
        { nameof(Priorities), false },
        { nameof(WindowUpdates), true },
        { nameof(StreamsWithoutEnd), false },
        { nameof(EmptyHeaderBlocks), false },
        { nameof(TableThatIsAddressedWithoutEnd), true },
    };

    // The others' heads and handshakes have this time too, beside the flood.
    public async ValueTask InitializeAsync() => _mesh = await MeshDoors.StartAsync("mesh", WireProtocol.Auto, limits: new DownstreamLimits { Head = TimeSpan.FromSeconds(5) });

    public async ValueTask DisposeAsync() => await _mesh.DisposeAsync();

    [Theory]
    [MemberData(nameof(Floods))]
    public async Task Flood_AtADoor_LeavesOthersServedAndItsMemoryAlone(string kind, bool isCutOff)
    {
        foreach (var door in new[] { _mesh.Listener, _mesh.MeshDoorHttp2 })
        {
            using var flooder = new Http2Caller(await door.ConnectAsync());
            await flooder.SendAsync(Http2Frame.Preface());
            var before = GC.GetTotalMemory(forceFullCollection: true);

            // Whoever floods may read or not: this one does, so that a server that answers everything has no excuse to stop.
            using var enough = new CancellationTokenSource();
            var reading = flooder.ReadWhileAsync(_ => false, enough);
            var sending = SendAsync(flooder, kind);
            await ServeOthersAsync();
            await sending.WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
            await ServeOthersAsync();

            if (isCutOff)
            {
                await reading.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
                Assert.True(flooder.IsClosed, $"{door} takes {kind} for ever.");
            }

            await enough.CancelAsync();
            await reading;
            var after = GC.GetTotalMemory(forceFullCollection: true);
            Assert.True(after - before < 64 * 1024 * 1024, $"{door} keeps {after - before:N0} bytes of {kind}.");
        }
    }

    [Fact]
    public async Task ZeroWindow_CallerThatTakesNothing_HoldsUpNoOtherAndNoWholeResponse()
    {
        const int streams = 50;
        const long whole = 64L * 1024 * 1024;
        var written = 0L;
        await using var app = await TestApp.StartAsync(async context =>
        {
            if (context.Request.Path == "/next-request")
            {
                return;
            }

            var chunk = new byte[64 * 1024];
            for (var sent = 0L; sent < whole; sent += chunk.Length)
            {
                await context.Response.Body.WriteAsync(chunk, context.RequestAborted);
                Interlocked.Add(ref written, chunk.Length);
            }
        });
        await using var pair = await ProxyPair.StartAsync(app.Address);
        using var caller = new Http2Caller(await HostileConnection.OpenAsync(pair.Listener));
        var requests = Enumerable.Range(0, streams).SelectMany(i => Http2Frame.Request((i * 2) + 1, endStream: true, Http2Frame.Plain("GET", $"/big{i}")));

        await caller.SendAsync([.. Http2Frame.Preface((4, 0)), .. requests]);
        await caller.ReadUntilAsync(c => Enumerable.Range(0, streams).All(i => c.Status((i * 2) + 1) == 200), TimeSpan.FromSeconds(15));
        for (var i = 0; i < 20; i++)
        {
            using var other = new Http2Caller(await HostileConnection.OpenAsync(pair.Listener));
            await other.SendAsync([.. Http2Frame.Preface(), .. Http2Frame.Request(1, endStream: true, Http2Frame.Plain("GET", "/next-request"))]);
            await other.ReadUntilAsync(c => c.HasEnded(1), TimeSpan.FromSeconds(15));
            Assert.Equal(200, other.Status(1));
        }

        Assert.True(Interlocked.Read(ref written) < streams * whole / 4, $"{written:N0} bytes of responses were taken from the app that nobody reads.");
    }

    private async Task ServeOthersAsync()
    {
        for (var i = 0; i < 3; i++)
        {
            using var other = new Http2Caller(await _mesh.Listener.ConnectAsync());
            await other.SendAsync([.. Http2Frame.Preface(), .. Http2Frame.Request(1, endStream: true, Http2Frame.Plain("GET", "/other"))]);
            await other.ReadUntilAsync(c => c.HasEnded(1), TimeSpan.FromSeconds(15));
            Assert.Equal(200, other.Status(1));
        }
    }

    private static async Task SendAsync(Http2Caller flooder, string kind)
    {
        var parts = kind switch
        {
            nameof(RapidReset) => RapidReset(),
            nameof(Continuations) => Continuations(),
            nameof(EmptyContinuations) => EmptyContinuations(),
            nameof(SettingsWithoutEnd) => SettingsWithoutEnd(),
            nameof(PingsWithoutEnd) => PingsWithoutEnd(),
            nameof(EmptyData) => EmptyData(),
            nameof(Priorities) => Priorities(),
            nameof(WindowUpdates) => WindowUpdates(),
            nameof(StreamsWithoutEnd) => StreamsWithoutEnd(),
            nameof(EmptyHeaderBlocks) => EmptyHeaderBlocks(),
            _ => TableThatIsAddressedWithoutEnd(),
        };
        foreach (var many in parts.Chunk(200))
        {
            if (!await flooder.SendAsync([.. many.SelectMany(m => m)]))
            {
                return;
            }
        }
    }

    private static byte[] Get(int stream, bool endStream = true) => Http2Frame.Request(stream, endStream, Http2Frame.Plain("GET", "/flood"));

    private static IEnumerable<byte[]> RapidReset() => Enumerable.Range(0, Many).Select(i => (byte[])[.. Get((i * 2) + 1), .. new Http2Frame(Http2Frame.Reset, 0, (i * 2) + 1, [0, 0, 0, 8]).Octets]);

    private static IEnumerable<byte[]> Continuations() => Enumerable.Range(0, 4000).Select(i => i == 0
        ? new Http2Frame(Http2Frame.Headers, Http2Frame.EndStream, 1, Http2Frame.Block(Http2Frame.Plain("GET", "/flood"))).Octets
        : new Http2Frame(Http2Frame.Continuation, 0, 1, Http2Frame.Block([($"x-{i}", new string('a', 8000))])).Octets);

    private static IEnumerable<byte[]> EmptyContinuations() => Enumerable.Range(0, 10 * Many).Select(i => i == 0
        ? new Http2Frame(Http2Frame.Headers, Http2Frame.EndStream, 1, Http2Frame.Block(Http2Frame.Plain("GET", "/flood"))).Octets
        : new Http2Frame(Http2Frame.Continuation, 0, 1, []).Octets);

    private static IEnumerable<byte[]> SettingsWithoutEnd() => Enumerable.Range(0, Many).Select(i => new Http2Frame(Http2Frame.Settings, 0, 0, [0, 4, 0, 0, (byte)i, 255]).Octets);

    private static IEnumerable<byte[]> PingsWithoutEnd() => Enumerable.Repeat(new Http2Frame(Http2Frame.Ping, 0, 0, new byte[8]).Octets, Many);

    private static IEnumerable<byte[]> EmptyData() => Enumerable.Repeat(new Http2Frame(Http2Frame.Data, 0, 1, []).Octets, Many).Prepend(Get(1, endStream: false));

    private static IEnumerable<byte[]> Priorities() => Enumerable.Range(0, Many).Select(i => new Http2Frame(Http2Frame.Priority, 0, (i * 2) + 1, [0, 0, 0, 0, 16]).Octets);

    private static IEnumerable<byte[]> WindowUpdates() => Enumerable.Repeat(new Http2Frame(Http2Frame.WindowUpdate, 0, 0, [0x7F, 0xFF, 0xFF, 0xFF]).Octets, 100);

    private static IEnumerable<byte[]> StreamsWithoutEnd() => Enumerable.Range(0, 2000).Select(i => Get((i * 2) + 1, endStream: false));

    private static IEnumerable<byte[]> EmptyHeaderBlocks() => Enumerable.Range(0, Many).Select(i => new Http2Frame(Http2Frame.Headers, Http2Frame.EndHeaders | Http2Frame.EndStream, (i * 2) + 1, []).Octets);

    // One header of 3 KB in the table, then one octet for each time that it is meant (RFC 7541, section 7.3): 20 KB that mean 60 MB.
    private static IEnumerable<byte[]> TableThatIsAddressedWithoutEnd()
    {
        byte[] big = [0x40, 1, (byte)'x', 127, .. Http2Length(3000), .. Encoding.ASCII.GetBytes(new string('a', 3000))];
        yield return new Http2Frame(Http2Frame.Headers, Http2Frame.EndStream, 1, [.. Http2Frame.Block(Http2Frame.Plain("GET", "/flood")), .. big]).Octets;
        yield return new Http2Frame(Http2Frame.Continuation, Http2Frame.EndHeaders, 1, [.. Enumerable.Repeat((byte)0xBE, 16_000)]).Octets;
        for (var i = 1; i < 200; i++)
        {
            yield return new Http2Frame(Http2Frame.Headers, Http2Frame.EndHeaders | Http2Frame.EndStream, (i * 2) + 1, [.. Http2Frame.Block(Http2Frame.Plain("GET", "/flood")), .. Enumerable.Repeat((byte)0xBE, 16_000)]).Octets;
        }
    }

    private static byte[] Http2Length(int length)
    {
        var octets = new List<byte>();
        for (length -= 127; length >= 128; length /= 128)
        {
            octets.Add((byte)((length % 128) + 128));
        }

        octets.Add((byte)length);
        return [.. octets];
    }
}
