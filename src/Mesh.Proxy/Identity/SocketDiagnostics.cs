using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Mesh.Proxy.Identity;

/// <summary>
/// Asks the kernel for one socket by the addresses of both ends: sock_diag(7) over netlink(7), as <c>ss</c> does. It finds it by its hash in microseconds, IPv4 over
/// dual-mode sockets too. Until it found one, what it does not find is looked up otherwise: a kernel without the module for TCP says that there is no such socket.
/// </summary>
internal sealed partial class SocketDiagnostics : ISocketInodes, IDisposable
{
    private const int Netlink = 16;               // AF_NETLINK
    private const int Raw = 3 | 0x80000;          // SOCK_RAW | SOCK_CLOEXEC
    private const int SocketDiagnosis = 4;        // NETLINK_SOCK_DIAG
    private const int DoNotWait = 0x40;           // MSG_DONTWAIT
    private const ushort ByFamily = 20;           // SOCK_DIAG_BY_FAMILY, of the request and of the answer
    private const ushort Request = 1;             // NLM_F_REQUEST
    private const byte Internet = 2;              // AF_INET
    private const byte Internet6 = 10;            // AF_INET6
    private const byte Tcp = 6;                   // IPPROTO_TCP
    private const int Header = 16;                // nlmsghdr
    private const int QuestionSize = Header + 56; // inet_diag_req_v2
    private const int AnswerSize = Header + 72;   // inet_diag_msg
    private const int EndsSize = 36;              // ports and addresses of both ends, first in inet_diag_sockid
    private const int EndsOfQuestion = Header + 8;
    private const int EndsOfAnswer = Header + 4;
    private const int InodeOfAnswer = AnswerSize - 4;

    private readonly SafeFileHandle _socket;
    private readonly ISocketInodes _otherwise;
    private readonly Lock _lock = new();
    private uint _sequence;
    private volatile bool _isProven;

    private SocketDiagnostics(SafeFileHandle socket, ISocketInodes otherwise) => (_socket, _otherwise) = (socket, otherwise);

    /// <summary>Opens it, where the system has it and lets this process.</summary>
    /// <param name="otherwise">Is asked where it cannot be had.</param>
    public static ISocketInodes Open(ISocketInodes otherwise)
    {
        try
        {
            var socket = new SafeFileHandle(OpenSocket(Netlink, Raw, SocketDiagnosis), ownsHandle: true);
            return socket.IsInvalid ? otherwise : new SocketDiagnostics(socket, otherwise);
        }
        catch (Exception e) when (e is EntryPointNotFoundException or DllNotFoundException)
        {
            return otherwise;
        }
    }

    /// <inheritdoc />
    public ulong? Find(IPEndPoint local, IPEndPoint remote)
    {
        uint? inode;
        lock (_lock)
        {
            inode = Ask(local, remote);
        }

        _isProven |= inode is not null;
        return inode is > 0 ? inode : _isProven ? null : _otherwise.Find(local, remote);
    }

    /// <inheritdoc />
    public void Dispose() => _socket.Dispose();

    // Zero: the connection is there, but its process has closed it.
    private uint? Ask(IPEndPoint local, IPEndPoint remote)
    {
        Span<byte> question = stackalloc byte[QuestionSize];
        question.Clear();
        MemoryMarshal.Write(question, (uint)QuestionSize);
        MemoryMarshal.Write(question[4..], ByFamily);
        MemoryMarshal.Write(question[6..], Request);
        MemoryMarshal.Write(question[8..], ++_sequence);
        question[Header] = local.AddressFamily == AddressFamily.InterNetwork ? Internet : Internet6;
        question[Header + 1] = Tcp;
        MemoryMarshal.Write(question[(Header + 4)..], uint.MaxValue); // in any state
        var ends = question.Slice(EndsOfQuestion, EndsSize);
        BinaryPrimitives.WriteUInt16BigEndian(ends, (ushort)local.Port);
        BinaryPrimitives.WriteUInt16BigEndian(ends[2..], (ushort)remote.Port);
        local.Address.TryWriteBytes(ends[4..], out _);
        remote.Address.TryWriteBytes(ends[20..], out _);
        question[^8..].Fill(0xFF); // INET_DIAG_NOCOOKIE
        if (Send(_socket, question, (nuint)question.Length, 0) != question.Length)
        {
            return null;
        }

        Span<byte> answer = stackalloc byte[512];
        while (Receive(_socket, answer, (nuint)answer.Length, DoNotWait) is > 0 and var length)
        {
            if (length >= Header && MemoryMarshal.Read<uint>(answer[8..]) == _sequence)
            {
                // Without such a connection the kernel looks for one who listens at that port, so the answer's own ends are read.
                return length >= AnswerSize
                    && MemoryMarshal.Read<ushort>(answer[4..]) == ByFamily
                    && IsSame(ends, answer.Slice(EndsOfAnswer, EndsSize), answer[Header] == Internet6 && question[Header] == Internet)
                        ? MemoryMarshal.Read<uint>(answer[InodeOfAnswer..])
                        : null;
            }
        }

        return null;
    }

    private static bool IsSame(ReadOnlySpan<byte> asked, ReadOnlySpan<byte> told, bool isMapped) => asked[..4].SequenceEqual(told[..4])
        && (isMapped
            ? asked[4..8].SequenceEqual(told[16..20]) && asked[20..24].SequenceEqual(told[32..36])
            : asked[4..].SequenceEqual(told[4..]));

    [LibraryImport("libc", EntryPoint = "socket", SetLastError = true)]
    private static partial int OpenSocket(int domain, int type, int protocol);

    [LibraryImport("libc", EntryPoint = "send", SetLastError = true)]
    private static partial nint Send(SafeFileHandle socket, ReadOnlySpan<byte> bytes, nuint length, int flags);

    [LibraryImport("libc", EntryPoint = "recv", SetLastError = true)]
    private static partial nint Receive(SafeFileHandle socket, Span<byte> bytes, nuint length, int flags);
}
