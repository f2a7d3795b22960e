using System.Text.Json;
using Mesh.ControlPlane.Composition;
using Mesh.Model.Bootstrap;

namespace Mesh.ControlPlane.Tests.Kubernetes;

public sealed class KubernetesSettingsCheckTests
{
    [Fact]
    public void Run_ManyMistakes_SaysAllAtOnce()
    {
        var settings = Settings("""
            "identities": [ { "service": "shop/orders", "directory": "/var/run/identities" } ],
            "apiTokens": [ { "name": "admin", "token": "0123456789abcdef0123456789abcdef", "scopes": ["read"] } ],
            "kubernetes": { "mesh": "My mesh", "namespaces": ["shop", "shop", "Bad!", "mesh-system", "shop-mesh"], "systemNamespace": "shop-mesh", "audience": " ", "server": "nowhere" }
            """);

        var lines = KubernetesSettingsCheck.Run(settings).ToArray();

        string[] expected =
        [
            "kubernetes.mesh=", "kubernetes.namespaces[1]=shop ", "kubernetes.namespaces[2]=Bad! ", "kubernetes.namespaces[3]=mesh-system ", "kubernetes.namespaces[4]=shop-mesh ", "kubernetes.audience=",
            "kubernetes.server=nowhere ", "apiTokens=", "identities=",
        ];
        Assert.All(expected, e => Assert.Single(lines, l => l.StartsWith(e, StringComparison.Ordinal)));
        Assert.Equal(expected.Length, lines.Length);
        Assert.DoesNotContain(lines, l => l.Contains("0123", StringComparison.Ordinal));
    }

    [Fact]
    public void Run_NoNamespace_SaysSo()
    {
        var settings = Settings("""
            "kubernetes": { "namespaces": [], "systemNamespace": "shop-mesh", "server": "https://127.0.0.1:6443" }
            """);

        Assert.StartsWith("kubernetes.namespaces=", Assert.Single(KubernetesSettingsCheck.Run(settings)), StringComparison.Ordinal);
    }

    [Fact]
    public void Run_WhatAChartWrites_IsRight()
    {
        var settings = Settings("""
            "kubernetes": { "mesh": "mesh", "namespaces": ["shop"], "systemNamespace": "shop-mesh", "audience": "mesh", "server": "https://127.0.0.1:6443" }
            """);

        Assert.Empty(KubernetesSettingsCheck.Run(settings));
    }

    private static ControlPlaneSettings Settings(string members) =>
        JsonSerializer.Deserialize($$"""{ "trustDomain": "shop.local", "stateDirectory": "/state", {{members}} }""", BootstrapJson.Default.ControlPlaneSettings)!;
}
