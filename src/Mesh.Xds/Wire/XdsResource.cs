using System.Collections.Immutable;
using System.Security.Cryptography;
using Envoy.Service.Discovery.V3;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;

namespace Mesh.Xds.Wire;

/// <summary>One resource, serialized once and shared by all streams that carry it.</summary>
public sealed class XdsResource
{
    private const int VersionBytes = 12;

    // Zero is "for ever" in places.
    private static readonly TimeSpan Least = TimeSpan.FromMilliseconds(1);

    private Resource? _message;

    private DateTimeOffset? _endsAt;

    private XdsResource(string typeUrl, string name, string version, ByteString body)
    {
        TypeUrl = typeUrl;
        Name = name;
        Version = version;
        Body = body;
    }

    /// <summary>The type.</summary>
    public string TypeUrl { get; }

    /// <summary>The name, unique in its type.</summary>
    public string Name { get; }

    /// <summary>A hash of the content: the same content has the same version in every process, before and after a restart.</summary>
    public string Version { get; }

    /// <summary>The serialized message.</summary>
    public ByteString Body { get; }

    /// <summary>How much longer it lives, from the moment it came; <see langword="null"/>: until it is taken back.</summary>
    internal TimeSpan? TimeToLive { get; private init; }

    /// <summary>The route tables that it names, once it was found to break no rule; default: nobody has looked yet, or it breaks one.</summary>
    internal ImmutableArray<string> References { get; set; }

    /// <summary>Serializes a message.</summary>
    public static XdsResource From(string typeUrl, string name, IMessage message)
    {
        var body = message.ToByteString();
        return new(typeUrl, name, HashOf(body.Span), body);
    }

    /// <summary>Takes a resource as it came from a stream or a file, with the version its sender gave it.</summary>
    internal static XdsResource From(Resource resource) =>
        new(resource.Resource_?.TypeUrl ?? "", resource.Name, resource.Version, resource.Resource_?.Value ?? ByteString.Empty) { TimeToLive = Left(resource.Ttl) };

    /// <summary>The same, but it ends by itself: whoever it is sent to is told how much longer it lives. Neither name nor version say so.</summary>
    internal XdsResource EndingAt(DateTimeOffset end) => new(TypeUrl, Name, Version, Body) { _endsAt = end };

    /// <summary>As it is sent now.</summary>
    internal Resource ToMessage(TimeProvider time)
    {
        if (_endsAt is not { } end)
        {
            return ToMessage();
        }

        var left = end - time.GetUtcNow();
        return new(ToMessage()) { Ttl = Duration.FromTimeSpan(left > Least ? left : Least) };
    }

    /// <summary>As it is sent. All streams share it: nobody changes it.</summary>
    internal Resource ToMessage() => _message ??= new()
    {
        Name = Name,
        Version = Version,
        Resource_ = new Any { TypeUrl = TypeUrl, Value = Body },
    };

    // Whatever a sender makes up: what is no duration is none.
    private static TimeSpan? Left(Duration? ttl)
    {
        try
        {
            return ttl?.ToTimeSpan();
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }

    internal static string HashOf(ReadOnlySpan<byte> body)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(body, hash);
        return Convert.ToHexStringLower(hash[..VersionBytes]);
    }

    /// <inheritdoc />
    public override string ToString() => $"{TypeUrls.ShortName(TypeUrl)} {Name} {Version}";
}
