using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text;
using Mesh.Benchmarks.Native;

namespace Mesh.Benchmarks.Upstream;

/// <summary>
/// Answers every GET with the same 100 bytes from one thread and one epoll set, so that what it costs is nearly what its system calls cost.
/// <c>GET /bytes/N</c> streams N bytes from a thread of its own and closes. Requests with bodies are not understood.
/// </summary>
internal sealed unsafe class FixedResponder : IDisposable
{
    private const int MaxEvents = 256;
    private const int GetFlags = 3;
    private const int SetFlags = 4;

    // struct epoll_event is packed on x86-64 only.
    private static readonly int EventSize = RuntimeInformation.ProcessArchitecture == Architecture.X64 ? 12 : 16;
    private static readonly int EventData = RuntimeInformation.ProcessArchitecture == Architecture.X64 ? 4 : 8;
    private static readonly byte[] Answer = Encoding.ASCII.GetBytes(
        "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 100\r\n\r\n" + new string('m', 100));

    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly Dictionary<int, int> _matched = [];

    public FixedResponder(IPEndPoint address)
    {
        _listener.Bind(address);
        _listener.Listen(4096);
    }

    public void Run()
    {
        var poller = Libc.EpollCreate(0);
        var listener = (int)_listener.Handle;
        SetBlocking(listener, blocking: false);
        Watch(poller, listener);
        var events = stackalloc byte[MaxEvents * EventSize];
        var buffer = stackalloc byte[16 * 1024];
        while (true)
        {
            var count = Libc.EpollWait(poller, events, MaxEvents, -1);
            for (var index = 0; index < count; index++)
            {
                var socket = *(int*)(events + (index * EventSize) + EventData);
                if (socket == listener)
                {
                    AcceptAll(poller, listener);
                }
                else
                {
                    Serve(poller, socket, buffer);
                }
            }
        }
    }

    public void Dispose() => _listener.Dispose();

    private void AcceptAll(int poller, int listener)
    {
        while (Libc.Accept(listener, null, null, Libc.NonBlocking) is var socket and >= 0)
        {
            _matched[socket] = 0;
            Watch(poller, socket);
        }
    }

    private void Serve(int poller, int socket, byte* buffer)
    {
        var length = (int)Libc.Receive(socket, buffer, 16 * 1024, 0);
        if (length <= 0)
        {
            if (length == 0 || Marshal.GetLastPInvokeError() != Libc.Again)
            {
                Drop(socket);
            }

            return;
        }

        var received = new ReadOnlySpan<byte>(buffer, length);
        ref var matched = ref CollectionsMarshal.GetValueRefOrAddDefault(_matched, socket, out _);
        if (matched == 0 && received.StartsWith("GET /bytes/"u8))
        {
            Stream(poller, socket, received["GET /bytes/".Length..]);
            return;
        }

        for (var requests = CountEnds(received, ref matched); requests > 0; requests--)
        {
            fixed (byte* answer = Answer)
            {
                if (Libc.Send(socket, answer, Answer.Length, Libc.NoSignal) != Answer.Length)
                {
                    Drop(socket);
                    return;
                }
            }
        }
    }

    /// <summary>How many header blocks end in these bytes; <paramref name="matched"/> carries an end that two reads share.</summary>
    private static int CountEnds(ReadOnlySpan<byte> received, ref int matched)
    {
        if (matched == 0 && received.EndsWith("\r\n\r\n"u8) && received.IndexOf("\r\n\r\n"u8) == received.Length - 4)
        {
            return 1;
        }

        var ends = 0;
        foreach (var octet in received)
        {
            matched = octet == "\r\n\r\n"u8[matched] ? matched + 1 : octet == '\r' ? 1 : 0;
            if (matched == 4)
            {
                ends++;
                matched = 0;
            }
        }

        return ends;
    }

    private void Stream(int poller, int socket, ReadOnlySpan<byte> rest)
    {
        var size = long.Parse(Encoding.ASCII.GetString(rest[..rest.IndexOf((byte)' ')]), CultureInfo.InvariantCulture);
        _matched.Remove(socket);
        byte ignored = 0;
        _ = Libc.EpollControl(poller, Libc.EpollDelete, socket, &ignored);
        SetBlocking(socket, blocking: true);
        new Thread(() => SendBytes(socket, size)) { IsBackground = true }.Start();
    }

    private static void SendBytes(int socket, long size)
    {
        var head = Encoding.ASCII.GetBytes(
            string.Create(CultureInfo.InvariantCulture, $"HTTP/1.1 200 OK\r\nContent-Type: application/octet-stream\r\nContent-Length: {size}\r\nConnection: close\r\n\r\n"));
        var block = new byte[256 * 1024];
        fixed (byte* headStart = head, blockStart = block)
        {
            var sent = Libc.Send(socket, headStart, head.Length, Libc.NoSignal);
            while (size > 0 && sent > 0)
            {
                sent = Libc.Send(socket, blockStart, (nint)Math.Min(size, block.Length), Libc.NoSignal);
                size -= sent;
            }
        }

        _ = Libc.Close(socket);
    }

    private void Drop(int socket)
    {
        _matched.Remove(socket);
        _ = Libc.Close(socket);
    }

    private static void Watch(int poller, int socket)
    {
        var what = stackalloc byte[EventSize];
        *(int*)what = Libc.EpollIn;
        *(long*)(what + EventData) = socket;
        _ = Libc.EpollControl(poller, Libc.EpollAdd, socket, what);
    }

    private static void SetBlocking(int socket, bool blocking)
    {
        var flags = Libc.FileControl(socket, GetFlags, 0);
        _ = Libc.FileControl(socket, SetFlags, blocking ? flags & ~Libc.NonBlocking : flags | Libc.NonBlocking);
    }
}
