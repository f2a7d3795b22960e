using Aspire.Hosting.ApplicationModel;

namespace Mesh.Hosting.Publishing;

/// <summary>
/// Servers in images that keep their port and can be told to listen on loopback by an argument. By name: a reference to each integration's package would bring all of
/// them into every AppHost.
/// </summary>
internal static class LoopbackServers
{
    private const string Loopback = "127.0.0.1";

    /// <summary>Whether the server is one of them.</summary>
    public static bool Contains(IResource resource) => resource.GetType().Name is "PostgresServerResource" or "RedisResource" or "ValkeyResource";

    /// <summary>Tells it so.</summary>
    public static void Tell(IResource resource, IList<object> arguments)
    {
        switch (resource.GetType().Name)
        {
            case "PostgresServerResource":
                arguments.Add("-c");
                arguments.Add($"listen_addresses={Loopback}");
                break;
            case "RedisResource" or "ValkeyResource":
                // Published, the whole command line is one argument of a shell.
                var last = arguments.Count - 1;
                if (last >= 0 && arguments[last] is string line && line.Contains("-server", StringComparison.Ordinal))
                {
                    arguments[last] = $"{line} --bind {Loopback}";
                }

                break;
        }
    }

    /// <summary>The address that an app is to listen at, where it was told all of them.</summary>
    public static object Narrowed(object value) => value is "0.0.0.0" or "::" or "*" ? Loopback : value;
}
