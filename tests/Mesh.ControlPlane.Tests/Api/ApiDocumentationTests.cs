using System.Text.RegularExpressions;
using Mesh.ControlPlane.Api;
using Mesh.ControlPlane.Tests.Fakes;
using Mesh.Testing;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Mesh.ControlPlane.Tests.Api;

public sealed partial class ApiDocumentationTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Documentation_NamesEveryRequestOfTheApi_WithTheScopeThatItNeeds()
    {
        await using var host = await ControlPlaneHost.StartAsync(ControlPlaneHost.Settings(_directory));
        var served = host.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            .Where(endpoint => endpoint.Metadata.GetMetadata<Access>() is not null)
            .SelectMany(endpoint => (endpoint.Metadata.GetMetadata<IHttpMethodMetadata>()?.HttpMethods ?? ["GET"])
                .Select(method => $"{method} {Normal(endpoint.RoutePattern.RawText!)}: {endpoint.Metadata.GetMetadata<Access>()!.Scope ?? "none"}"));

        Assert.Equal(served.Order(StringComparer.Ordinal), Documented().Order(StringComparer.Ordinal));
    }

    private static IEnumerable<string> Documented()
    {
        var prefix = "";
        foreach (var line in File.ReadLines(Checkout.PathTo("docs", "control-plane.md")))
        {
            if (line.StartsWith("Everything else is under `/api/v1`.", StringComparison.Ordinal))
            {
                prefix = "/api/v1";
            }

            if (!line.StartsWith('|') || Request().Matches(line.Split('|')[1]) is not { Count: > 0 } requests)
            {
                continue;
            }

            var scopes = line.Split('|')[2].Split(',', StringSplitOptions.TrimEntries);
            Assert.True(scopes.Length == 1 || scopes.Length == requests.Count, $"one scope, or one for each request: {line}");
            for (var i = 0; i < requests.Count; i++)
            {
                yield return $"{requests[i].Groups[1].Value} {Normal(prefix + requests[i].Groups[2].Value)}: {scopes[scopes.Length == 1 ? 0 : i]}";
            }
        }
    }

    // What a part of a path is called is nobody's business.
    private static string Normal(string path) => Parameter().Replace(path, "{}");

    [GeneratedRegex("`(GET|POST|PUT|DELETE) (/[^`?]*)")]
    private static partial Regex Request();

    [GeneratedRegex(@"\{[^}]*\}")]
    private static partial Regex Parameter();
}
