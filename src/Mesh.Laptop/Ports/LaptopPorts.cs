using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using System.Text.Json.Serialization;
using Mesh.Laptop.Files;
using Mesh.Model.Planning;

namespace Mesh.Laptop.Ports;

/// <summary>
/// Free TCP ports of this machine. They come from below the ephemeral range, where an outgoing connection may take a port between the look and the listen,
/// and are kept in the state directory, so that an address is the same after a restart.
/// </summary>
internal sealed partial class LaptopPorts
{
    // Linux hands out 32768-60999 to outgoing connections, macOS and Windows 49152-65535. Aspire's templates write numbers up to 23300 into launch profiles.
    private const int First = 24000;
    private const int Last = 29999;

    private readonly Dictionary<string, int> _given;
    private readonly HashSet<string> _checked = new(StringComparer.Ordinal);
    private readonly IReadOnlySet<int> _avoided;
    private readonly string? _file;
    private int _next;

    /// <summary>Reads what was given out before.</summary>
    /// <param name="file">Where that is kept. <see langword="null"/>: nowhere.</param>
    /// <param name="seed">Where to begin, so that two apps seldom look at the same numbers.</param>
    /// <param name="avoided">Ports that others will listen on though they do not yet. Default: none.</param>
    public LaptopPorts(string? file, int seed, IReadOnlySet<int>? avoided = null)
    {
        (_file, _avoided) = (file, avoided ?? ImmutableHashSet<int>.Empty);
        _next = First + (int)((uint)seed % (Last - First));
        _given = file is not null && File.Exists(file) ? Read(file) : [];
    }

    /// <summary>
    /// Whether the port of a request may be held by the very process that it was given to in an earlier run: then it is not looked at, or that process would be given another
    /// one. Default: never.
    /// </summary>
    public Func<PortRequest, bool> IsHeldByItsOwner { get; init; } = _ => false;

    /// <summary>A port for the request, the same each time. A <see cref="PortSource"/>.</summary>
    public int Pick(PortRequest request, IReadOnlySet<int> taken)
    {
        var key = request.ToString();
        if (_given.TryGetValue(key, out var known) && known is >= First and <= Last && !IsOthers(known, taken) && (_checked.Contains(key) || IsHeldByItsOwner(request) || IsFree(known)))
        {
            _checked.Add(key);
            return known;
        }

        for (var attempt = First; attempt <= Last; attempt++)
        {
            _next = _next >= Last ? First : _next + 1;
            if (!IsOthers(_next, taken) && !_given.ContainsValue(_next) && IsFree(_next))
            {
                _given[key] = _next;
                _checked.Add(key);
                return _next;
            }
        }

        throw new PortsExhaustedException($"no TCP port from {First} to {Last} is free on 127.0.0.1.");
    }

    /// <summary>Keeps what was given out.</summary>
    public void Save()
    {
        if (_file is not null)
        {
            SecretFile.Write(_file, JsonSerializer.Serialize(_given, PortsJson.Default.DictionaryStringInt32));
        }
    }

    /// <summary>Whether nobody listens on the port of the loopback interface.</summary>
    public static bool IsFree(int port)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Bind(new IPEndPoint(IPAddress.Loopback, port));
            socket.Listen();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    /// <summary>A seed that is the same for the same text, unlike <see cref="string.GetHashCode()"/>.</summary>
    public static int SeedOf(string text) => text.Aggregate(17, (seed, c) => unchecked((seed * 31) + c));

    private bool IsOthers(int port, IReadOnlySet<int> taken) => taken.Contains(port) || _avoided.Contains(port);

    private static Dictionary<string, int> Read(string file)
    {
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllText(file), PortsJson.Default.DictionaryStringInt32) ?? [];
        }
        catch (JsonException)
        {
            return []; // Only a memory of ours: without it the ports are new.
        }
    }

    [JsonSerializable(typeof(Dictionary<string, int>))]
    private sealed partial class PortsJson : JsonSerializerContext;
}
