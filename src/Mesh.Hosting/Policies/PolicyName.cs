using System.Security.Cryptography;
using System.Text;
using Mesh.Model.Topology;

namespace Mesh.Hosting.Policies;

/// <summary>Names of policies that follow from the resources they are about.</summary>
internal static class PolicyName
{
    private const int HashLength = 8;

    /// <summary>The name, shortened to what a name may be: then it ends in a hash of the whole.</summary>
    public static string Label(string name) => name.Length <= DnsLabel.MaxLength
        ? name
        : $"{name[..(DnsLabel.MaxLength - HashLength - 1)].TrimEnd('-')}-{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(name)))[..HashLength]}";
}
