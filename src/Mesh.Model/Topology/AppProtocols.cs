namespace Mesh.Model.Topology;

/// <summary>What follows from a protocol, and the words users write for it.</summary>
public static class AppProtocols
{
    /// <summary>The words accepted in YAML and JSON, in the order in which error texts list them.</summary>
    public static IReadOnlyList<string> Words { get; } = ["http", "http2", "grpc", "tcp", "https"];

    /// <summary>The word for a protocol as users write it.</summary>
    public static string ToWord(this AppProtocol protocol) => Words[(int)protocol];

    /// <summary>Whether requests of this protocol can be routed, retried and authorized one by one.</summary>
    public static bool IsHttp(this AppProtocol protocol) => protocol != AppProtocol.Tcp;

    /// <summary>Whether the app behind the sidecar expects HTTP/2.</summary>
    public static bool IsHttp2(this AppProtocol protocol) => protocol is AppProtocol.Http2 or AppProtocol.Grpc;

    /// <summary>Finds the protocol for a word; case matters, as everywhere in documents.</summary>
    public static bool TryParse(string word, out AppProtocol protocol)
    {
        for (var i = 0; i < Words.Count; i++)
        {
            if (Words[i] == word)
            {
                protocol = (AppProtocol)i;
                return true;
            }
        }

        protocol = default;
        return false;
    }
}
