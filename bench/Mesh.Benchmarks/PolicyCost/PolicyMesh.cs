using Mesh.Benchmarks.Candidates;
using Mesh.Benchmarks.Certificates;
using Mesh.Model.Compilation;
using Mesh.Model.Identity;
using Mesh.Model.Serialization;
using Mesh.Yaml;

namespace Mesh.Benchmarks.PolicyCost;

/// <summary>The pair's mesh as documents, compiled as the control plane does it: with no policy, and with every kind that touches a request.</summary>
internal static class PolicyMesh
{
    public const string WithoutName = "mesh, no policies";
    public const string WithName = "mesh, all policies";

    public static PairMesh Without() => Compile(WithoutName, "identity, the edge's permission, defaults; no policy", "mesh.yaml");

    public static PairMesh With() => Compile(WithName, "the same, and bench/Mesh.Benchmarks/PolicyCost/policies.yaml", "mesh.yaml", "policies.yaml");

    private static PairMesh Compile(string name, string switchedOn, params string[] files)
    {
        var read = files.Select(file => ResourceDocuments(file)).ToList();
        var resources = read.SelectMany(r => r).ToList();
        var configuration = MeshConfiguration.Of(TrustDomain.Parse(BenchCertificates.TrustDomain), resources);
        var compiled = SnapshotCompiler.Compile(configuration.Topology, configuration.Policies);
        return new PairMesh(name, switchedOn, compiled.Snapshots[MeshSnapshots.Caller], compiled.Snapshots[MeshSnapshots.Callee]);
    }

    private static List<Model.Resources.DeclaredResource> ResourceDocuments(string file)
    {
        using var stream = typeof(PolicyMesh).Assembly.GetManifestResourceStream(file)!;
        using var text = new StreamReader(stream);
        var read = DocumentReader.ReadYaml(text.ReadToEnd(), file);
        var resources = read.Documents.Select(ResourceReader.Read).ToList();
        var violations = read.Violations.Concat(resources.SelectMany(r => r.Violations)).ToList();
        return violations.Count == 0
            ? [.. resources.Select(r => r.Resource!)]
            : throw new InvalidOperationException(string.Join("\n", violations.Select(v => $"{file}:{v.Line}: {v}")));
    }
}
