using System.Collections.Immutable;
using System.Globalization;
using Aspire.Hosting.ApplicationModel;
using Mesh.Model.Identity;
using Mesh.Model.Policies;
using Mesh.Model.Resources;
using Mesh.Model.Serialization;

namespace Mesh.Hosting.Policies;

/// <summary>Makes policies of what the AppHost said. What several calls say about the same services is one policy, of which the later call is heard.</summary>
internal sealed class AppHostPolicies(MeshIdentities identities, TrustDomain trustDomain, Func<IResource, bool> isMember)
{
    private readonly SortedDictionary<ResourceKey, Policy> _policies = [];

    /// <summary>All that is wrong, each with its place.</summary>
    public List<string> Errors { get; } = [];

    /// <summary>Makes them.</summary>
    public ImmutableArray<Policy> Make(IEnumerable<MeshPolicyDeclaration> declarations)
    {
        foreach (var declaration in declarations)
        {
            var scope = new PolicyScope(declaration, identities, trustDomain, isMember);
            var policy = declaration.Build(scope);
            var wrong = scope.Errors.Count > 0 ? scope.Errors : [.. Violations(policy)];
            Errors.AddRange(wrong.Distinct().Select(e => $"{declaration.Location}: {e}"));
            if (wrong.Count == 0)
            {
                Add(policy, declaration.Location);
            }
        }

        return [.. _policies.Values];
    }

    // What the control plane will read is this document: its reader finds what the record alone does not show, such as lists that may not be empty.
    private static IEnumerable<string> Violations(Policy policy)
    {
        var violations = policy.Validate().Select(v => v.ToString()).ToList();
        if (violations.Count > 0)
        {
            return violations;
        }

        var document = JsonDocumentReader.Read(JsonDocumentWriter.Write(ResourceWriter.Write(policy)), "AppHost");
        return document.Violations.Concat(document.Documents.SelectMany(d => ResourceReader.Read(d).Violations)).Select(v => v.ToString());
    }

    private void Add(Policy policy, string location)
    {
        // Two different pairs of services can come out at the same name: a-to-b may be a service, too.
        var (name, number) = (policy.Metadata.Name, 1);
        while (_policies.TryGetValue(policy.Key, out var other) && other.TargetRef != policy.TargetRef)
        {
            policy = Renamed(policy, PolicyName.Label(string.Create(CultureInfo.InvariantCulture, $"{name}-{++number}")));
        }

        _policies[policy.Key] = PolicyMerge.Add(_policies.GetValueOrDefault(policy.Key), policy, location);
    }

    private static Policy Renamed(Policy policy, string name)
    {
        var metadata = policy.Metadata with { Name = name };
        return policy with { Metadata = metadata, Origin = policy.Origin with { Name = $"{metadata.Namespace}/{name}" } };
    }
}
