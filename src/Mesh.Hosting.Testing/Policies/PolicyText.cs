using Mesh.Model.Policies;
using Mesh.Model.Serialization;

namespace Mesh.Hosting.Testing.Policies;

/// <summary>A policy as the API takes it.</summary>
internal static class PolicyText
{
    public static string Of(Policy policy)
    {
        ArgumentNullException.ThrowIfNull(policy);
        return JsonDocumentWriter.Write(ResourceWriter.Write(policy));
    }
}
