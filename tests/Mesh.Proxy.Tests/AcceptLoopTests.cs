using System.Net;
using System.Net.Sockets;
using Mesh.Proxy.Downstreams;
using Mesh.Proxy.Tests.Pair;
using Mesh.Testing;
using Microsoft.Extensions.Time.Testing;

namespace Mesh.Proxy.Tests;

/// <summary>What keeps a listener from accepting ends neither the listener nor everything else.</summary>
public sealed class AcceptLoopTests
{
    private readonly FakeTimeProvider _time = new();
    private readonly CountingLog _log = new();

    [Fact]
    public async Task Listener_WithoutDescriptorsLeft_TriesTenTimesASecondAndSaysSoEveryTenSeconds()
    {
        var tries = 0;
        var isClosed = false;
        var run = Loop(
            () =>
            {
                Interlocked.Increment(ref tries);
                throw Volatile.Read(ref isClosed) ? new ObjectDisposedException("socket") : new SocketException((int)SocketError.TooManyOpenSockets);
            },
            _ => Task.CompletedTask);
        var passed = TimeSpan.Zero;

        while (passed < TimeSpan.FromSeconds(21))
        {
            var before = Volatile.Read(ref tries);
            await Eventually.IsAsync(() =>
            {
                _time.Advance(AcceptLoop.Pause);
                passed += AcceptLoop.Pause;
                return Volatile.Read(ref tries) > before;
            });
        }

        Assert.InRange(Volatile.Read(ref tries), 2, 2 + (int)(passed / AcceptLoop.Pause));
        Assert.InRange(_log.Lines, 2, 1 + (int)(passed / TimeSpan.FromSeconds(10)));
        Volatile.Write(ref isClosed, true);
        await Eventually.IsAsync(() =>
        {
            _time.Advance(AcceptLoop.Pause);
            return run.IsCompletedSuccessfully;
        });
    }

    [Fact]
    public async Task Connection_AfterOneThatDiedInTheQueue_IsTakenAtOnce()
    {
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen();
        using var client = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await client.ConnectAsync(listener.LocalEndPoint!, TestContext.Current.CancellationToken).InTime();
        var taken = new TaskCompletionSource<Socket>(TaskCreationOptions.RunContinuationsAsynchronously);
        var tries = 0;

        var run = Loop(() => ++tries == 1 ? throw new SocketException((int)SocketError.ConnectionReset) : listener.AcceptAsync(), socket =>
        {
            taken.SetResult(socket);
            return Task.CompletedTask;
        });

        using var connection = await taken.Task.InTime();
        listener.Dispose();
        await run.InTime();
        Assert.Equal(1, _log.Lines);
    }

    private Task Loop(Func<Task<Socket>> accept, Func<Socket, Task> accepted) => new AcceptLoop("inbound/mesh", accept, accepted, _time, _log).RunAsync();

    private sealed class CountingLog : ILogger
    {
        private int _lines;

        public int Lines => Volatile.Read(ref _lines);

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) => Interlocked.Increment(ref _lines);
    }
}
