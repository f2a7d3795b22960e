using Mesh.Proxy.Errors;
using Mesh.Testing;

namespace Mesh.Proxy.Tests;

public sealed class ErrorCatalogTests
{
    private const string Rule = "| --- | --- | --- | --- | --- |\n";

    [Fact]
    public void Codes_AreUnique()
    {
        var codes = Enum.GetValues<ProxyError>().Select(e => ErrorCatalog.Of(e).Code).ToList();

        Assert.Equal(codes.Count, codes.Distinct().Count());
    }

    [Fact]
    public void Documentation_ListsEveryError()
    {
        var file = Checkout.PathTo("docs", "errors.md");
        var text = File.ReadAllText(file);
        var table = text.IndexOf(Rule, StringComparison.Ordinal) + Rule.Length;
        var rows = string.Concat(Enum.GetValues<ProxyError>().Select(ErrorCatalog.Of)
            .Select(e => $"| `{e.Code}` | {e.Status} | {e.GrpcStatus} | {e.Blame.ToString().ToLowerInvariant()} | {e.Cure} |\n"));
        if (Environment.GetEnvironmentVariable("UPDATE_GOLDEN") == "1")
        {
            File.WriteAllText(file, text[..table] + rows);
        }

        Assert.Equal(rows, text[table..]);
    }
}
