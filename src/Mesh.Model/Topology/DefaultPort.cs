namespace Mesh.Model.Topology;

/// <summary>
/// The port of a service that a client means who names none: the only gRPC port; where there is none, the only HTTP port. Callers and mesh doors both go by it.
/// </summary>
public static class DefaultPort
{
    /// <summary>The default port, or <see langword="null"/> where none can be told from the others.</summary>
    /// <param name="ports">All ports of one service.</param>
    /// <param name="protocol">What is spoken on a port.</param>
    public static T? Of<T>(IEnumerable<T> ports, Func<T, AppProtocol> protocol)
        where T : class
    {
        T[] http = [.. ports.Where(port => protocol(port).IsHttp())];
        T[] grpc = [.. http.Where(port => protocol(port) == AppProtocol.Grpc)];
        return grpc.Length > 0 ? Only(grpc) : Only(http);
    }

    private static T? Only<T>(T[] ports)
        where T : class => ports is [var only] ? only : null;
}
