using System.Text.Json.Nodes;

namespace Mesh.Testing.Kubernetes;

/// <summary>JSON merge patch, RFC 7396.</summary>
internal static class FakeMerge
{
    public static JsonObject Apply(JsonObject target, JsonObject patch)
    {
        foreach (var (name, value) in patch)
        {
            switch (value)
            {
                case null:
                    target.Remove(name);
                    break;
                case JsonObject inner:
                    target[name] = Apply(target[name] is JsonObject there ? (JsonObject)there.DeepClone() : [], inner);
                    break;
                default:
                    target[name] = value.DeepClone();
                    break;
            }
        }

        return target;
    }
}
