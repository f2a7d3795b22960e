using System.Collections.Immutable;
using Mesh.Model.Resources;

namespace Mesh.Model.Policies;

/// <summary>The policies that are in force, each kind, namespace and name once.</summary>
public sealed class PolicySet
{
    private readonly ImmutableSortedDictionary<ResourceKey, Policy> _byKey;

    private PolicySet(ImmutableSortedDictionary<ResourceKey, Policy> byKey) => _byKey = byKey;

    /// <summary>No policy.</summary>
    public static PolicySet Empty { get; } = new(ImmutableSortedDictionary<ResourceKey, Policy>.Empty);

    /// <summary>All of them, ordered by key.</summary>
    public IEnumerable<Policy> All => _byKey.Values;

    /// <summary>How many there are.</summary>
    public int Count => _byKey.Count;

    /// <summary>The policies; of two with the same key the later one stands.</summary>
    public static PolicySet Of(IEnumerable<Policy> policies)
    {
        var byKey = Empty._byKey.ToBuilder();
        foreach (var policy in policies)
        {
            byKey[policy.Key] = policy;
        }

        return new PolicySet(byKey.ToImmutable());
    }

    /// <summary>The policy of that key, or <see langword="null"/>.</summary>
    public Policy? Find(ResourceKey key) => _byKey.GetValueOrDefault(key);

    /// <summary>The same with this policy added or replaced.</summary>
    public PolicySet With(Policy policy) => new(_byKey.SetItem(policy.Key, policy));

    /// <summary>The same without the policy of that key.</summary>
    public PolicySet Without(ResourceKey key) => new(_byKey.Remove(key));
}
