namespace Mesh.Model.Compilation;

/// <summary>The place of an entry in the total order of policies; of two entries the greater one is heard.</summary>
/// <param name="Upstream">How narrow the entry's own target is.</param>
/// <param name="Proxies">How narrow the policy's target is.</param>
/// <param name="Role">Who speaks: the system, the callee's owner, or the owner of the proxy itself.</param>
/// <param name="Name">The policy's name; of two equals the one that comes first in the alphabet is heard, as in Kuma.</param>
/// <param name="Namespace">The policy's namespace, likewise.</param>
/// <param name="Index">Place in the document; the later one is heard.</param>
internal readonly record struct PolicyRank(int Upstream, int Proxies, PolicyRole Role, string Name, string Namespace, int Index) : IComparable<PolicyRank>
{
    /// <summary>Whether only name, namespace or place in the document tell two entries apart.</summary>
    public bool IsTie(PolicyRank other) => Upstream == other.Upstream && Proxies == other.Proxies && Role == other.Role;

    public int CompareTo(PolicyRank other)
    {
        var order = Upstream.CompareTo(other.Upstream);
        order = order != 0 ? order : Proxies.CompareTo(other.Proxies);
        order = order != 0 ? order : Role.CompareTo(other.Role);
        order = order != 0 ? order : string.CompareOrdinal(other.Name, Name);
        order = order != 0 ? order : string.CompareOrdinal(other.Namespace, Namespace);
        return order != 0 ? order : Index.CompareTo(other.Index);
    }
}
