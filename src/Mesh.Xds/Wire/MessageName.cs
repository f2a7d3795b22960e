using System.Text;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;

namespace Mesh.Xds.Wire;

/// <summary>
/// The full name of a type of message, made from that of its class. A descriptor would tell it too, but the first one that is touched builds those of all files that its
/// own depends on, hundreds of types: a tenth of the processor time of a sidecar's start.
/// </summary>
internal static class MessageName
{
    // Where protoc puts nested messages.
    private const string Nested = "Types";

    /// <summary>As in <c>envoy.config.route.v3.RouteConfiguration</c>.</summary>
    public static string Of<T>()
        where T : IMessage<T> => Cached<T>.Name;

    /// <inheritdoc cref="Of{T}" />
    public static string Of(System.Type type)
    {
        var name = type.Name;
        for (var outer = type.DeclaringType; outer is not null; outer = outer.DeclaringType)
        {
            name = outer.Name == Nested ? name : $"{outer.Name}.{name}";
        }

        return $"{Package(type.Namespace ?? "")}.{name}";
    }

    /// <summary>Whether a message of this type is inside.</summary>
    public static bool Holds<T>(this Any any)
        where T : IMessage<T> => Any.GetTypeName(any.TypeUrl) == Cached<T>.Name;

    /// <summary>The message inside an Any.</summary>
    public static Any Pack<T>(T message)
        where T : IMessage<T> => new() { TypeUrl = TypeUrls.Prefix + Cached<T>.Name, Value = message.ToByteString() };

    // Protoc writes each part of a package's name in Pascal case: local_ratelimit is LocalRatelimit.
    private static string Package(string names)
    {
        var package = new StringBuilder(names.Length + 8);
        foreach (var letter in names)
        {
            if (char.IsAsciiLetterUpper(letter) && package.Length > 0 && package[^1] != '.')
            {
                package.Append('_');
            }

            package.Append(char.ToLowerInvariant(letter));
        }

        return package.ToString();
    }

    private static class Cached<T>
    {
        public static readonly string Name = Of(typeof(T));
    }
}
