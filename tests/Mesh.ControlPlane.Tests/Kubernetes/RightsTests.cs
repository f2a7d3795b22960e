using System.Text.Json.Nodes;
using Mesh.ControlPlane.Authority;
using Mesh.ControlPlane.Composition;
using Mesh.ControlPlane.Kubernetes.Leading;
using Mesh.Kubernetes.Installation;
using Mesh.Model.Serialization;
using Mesh.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace Mesh.ControlPlane.Tests.Kubernetes;

/// <summary>The roles of the chart and what the control plane asks the API server for: the hand-written one grants everything, so a missing right would show only in a real cluster.</summary>
public sealed class RightsTests : IAsyncLifetime
{
    private Cluster _cluster = null!;

    public async ValueTask InitializeAsync() => _cluster = await Cluster.StartAsync();

    public ValueTask DisposeAsync() => _cluster.DisposeAsync();

    [Fact]
    public async Task ControlPlane_InAllThatItDoes_AsksForNothingThatItsRolesDoNotGrant()
    {
        // One definition is old, the others are missing.
        _cluster.Api.Objects.Put("apis/apiextensions.k8s.io/v1/customresourcedefinitions/timeouts.mesh.dev", """{ "metadata": { "annotations": { "mesh.dev/version": "0.0.1" } }, "spec": {} }""");
        _cluster.Service("payments");
        _cluster.Service("web", "payments");
        _cluster.Document("timeouts", "short", """{"to":[{"targetRef":{"kind":"Service","name":"payments"},"default":{"request":"soon"}}]}""");
        _cluster.Pod("web-1", "web", "10.1.0.1", node: "node-1");
        var host = await _cluster.RunPublishedAsync();
        _cluster.ControlPlanePod("mesh-control-plane-1", host);
        await using var sidecar = await _cluster.ConnectAsync(host, "web", "web-1");
        using var http = host.Client(_cluster.Api.Reviews.Issue("ops/viewer"));
        await http.GetAsync("/api/v1/proxies", TestContext.Current.CancellationToken);
        await Eventually.IsAsync(() => host.Services.GetRequiredService<LeaderLease>().IsLeader, "a leader");
        await Eventually.IsAsync(() => Asked("PATCH ") && Asked("POST api/v1/namespaces/shop/configmaps"), "a status and the roots written");
        await host.Services.GetRequiredService<OwnAuthority>().AddRootAsync(TestContext.Current.CancellationToken);
        await Eventually.IsAsync(() => Asked("PUT api/v1/namespaces/shop/configmaps/mesh-roots"), "the roots replaced");
        await Eventually.IsAsync(() => Asked("PUT apis/apiextensions.k8s.io"), "a definition brought up");
        await Eventually.IsAsync(() => Asked("GET api/v1/nodes/node-1"), "the pod's node read");
        await Eventually.IsAsync(() => Asked("PUT apis/coordination.k8s.io"), "the lease renewed");

        var rules = Rules();
        var refused = _cluster.Api.Requests.Select(Read).Distinct().Where(r => !rules.Exists(rule => Grants(rule, r))).ToArray();

        Assert.Empty(refused);
        Assert.True(rules.Exists(rule => Grants(rule, new Asking(null, "", "namespaces", "shop", "get"))));
        Assert.False(rules.Exists(rule => Grants(rule, new Asking(null, "", "namespaces", "other", "get"))));
        Assert.False(rules.Exists(rule => Grants(rule, new Asking("shop", "", "secrets", "mesh-authority", "get"))));
    }

    [Fact]
    public void Start_WithWhatTheChartWrites_IsRight()
    {
        var settings = Chart().Start();

        // Where the API server is, the pod is told by its environment.
        Assert.Empty(SettingsFile.Check(settings with { Kubernetes = settings.Kubernetes! with { Server = "https://10.0.0.1" } }));
    }

    private bool Asked(string start) => _cluster.Api.Requests.Any(r => r.StartsWith(start, StringComparison.Ordinal));

    // What a request needs, as the API server sees it.
    private static Asking Read(string request)
    {
        var (method, rest) = (request[..request.IndexOf(' ', StringComparison.Ordinal)], request[(request.IndexOf(' ', StringComparison.Ordinal) + 1)..]);
        var (path, query) = rest.Split('?') is [var bare, var asked] ? (bare, asked) : (rest, "");
        var parts = path.Split('/');
        var group = parts[0] == "api" ? "" : parts[1];
        parts = parts[(parts[0] == "api" ? 2 : 3)..];
        var space = parts[0] == "namespaces" && parts.Length > 2 ? parts[1] : null;
        parts = space is null ? parts : parts[2..];
        var name = parts.Length > 1 ? parts[1] : query.Contains("metadata.name%3D", StringComparison.Ordinal) ? query.Split("metadata.name%3D")[1].Split('&')[0] : null;
        var verb = method switch
        {
            "GET" when query.Contains("watch=true", StringComparison.Ordinal) => "watch",
            "GET" => parts.Length > 1 ? "get" : "list",
            "POST" => "create",
            "PUT" => "update",
            _ => "patch",
        };
        return new Asking(space, group, parts.Length > 2 ? $"{parts[0]}/{parts[2]}" : parts[0], name, verb);
    }

    private static List<(string? Namespace, JsonNode Rule)> Rules()
    {
        var rules = Chart().Objects()
            .Select(o => JsonNode.Parse(JsonDocumentWriter.Write(o.Object))!)
            .Where(o => (string?)o["kind"] is "Role" or "ClusterRole")
            .SelectMany(o => o["rules"]!.AsArray().Select(r => ((string?)o["metadata"]!["namespace"], r!)))
            .ToList();

        // system:auth-delegator, which comes with Kubernetes.
        rules.Add((null, JsonNode.Parse("""{ "apiGroups": ["authentication.k8s.io"], "resources": ["tokenreviews"], "verbs": ["create"] }""")!));
        rules.Add((null, JsonNode.Parse("""{ "apiGroups": ["authorization.k8s.io"], "resources": ["subjectaccessreviews"], "verbs": ["create"] }""")!));
        return rules;
    }

    private static ControlPlaneInstallation Chart() => new(new ControlPlaneInstallationSettings
    {
        Names = new MeshNames("mesh", "shop"),
        Image = new ImageSettings { Name = "mesh:test" },
        TrustDomain = "shop.local",
    });

    private static bool Grants((string? Namespace, JsonNode Rule) granted, Asking asking) =>
        (granted.Namespace is null || granted.Namespace == asking.Namespace)
        && Holds(granted.Rule["apiGroups"], asking.Group)
        && Holds(granted.Rule["resources"], asking.Resource)
        && Holds(granted.Rule["verbs"], asking.Verb)
        && (granted.Rule["resourceNames"] is null || (asking.Name is not null && Holds(granted.Rule["resourceNames"], asking.Name)));

    private static bool Holds(JsonNode? list, string word) => list!.AsArray().Any(w => (string?)w == word);

    private sealed record Asking(string? Namespace, string Group, string Resource, string? Name, string Verb);
}
