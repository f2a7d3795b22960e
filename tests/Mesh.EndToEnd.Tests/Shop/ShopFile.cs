using Mesh.EndToEnd.Tests.Running;
using Mesh.Testing;

namespace Mesh.EndToEnd.Tests.Shop;

/// <summary>The playground's mesh.yaml, usable from any directory and beside another one that runs.</summary>
internal static class ShopFile
{
    public static string Path { get; } = Checkout.PathTo("playground", "Shop", "mesh.yaml");

    public static async Task<string> ReadAsync() => (await File.ReadAllTextAsync(Path))
        .Replace("../../artifacts", Checkout.PathTo("artifacts"), StringComparison.Ordinal)
        .Replace("payments/server.js", Checkout.PathTo("playground", "Shop", "payments", "server.js"), StringComparison.Ordinal)
        .Replace("postgres/run.sh", Checkout.PathTo("playground", "Shop", "postgres", "run.sh"), StringComparison.Ordinal)
        .Replace("port: 5400, ", "", StringComparison.Ordinal)
        .Replace("5403", OwnPorts.Next(), StringComparison.Ordinal); // the page that tries to go round the mesh is told it
}
