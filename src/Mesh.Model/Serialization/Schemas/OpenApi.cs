using System.Globalization;

namespace Mesh.Model.Serialization.Schemas;

/// <summary>Schemas of OpenAPI 3.0 in the shape that Kubernetes asks of a CustomResourceDefinition ("structural": every node has one type).</summary>
internal static class OpenApi
{
    /// <summary>A node of a type, with more keywords in the order in which they are written.</summary>
    public static ObjectNode Of(string type, params ReadOnlySpan<(string Keyword, DocumentNode Value)> keywords) =>
        new([new("type", ScalarNode.Of(type)), .. keywords.ToArray().Select(k => new DocumentMember(k.Keyword, k.Value))]);

    /// <summary>An object whose fields are all known.</summary>
    public static ObjectNode Fields(IEnumerable<(string Name, ObjectNode Schema)> properties, IReadOnlyCollection<string> required)
    {
        var known = Of("object", ("properties", new ObjectNode([.. properties.Select(p => new DocumentMember(p.Name, p.Schema))])));
        return required.Count == 0 ? known : With(known, "required", Texts(required));
    }

    /// <summary>The schema with one keyword more.</summary>
    public static ObjectNode With(ObjectNode schema, string keyword, DocumentNode value) => new([.. schema.Members, new(keyword, value)]);

    /// <summary>Rules in CEL that the API server holds, and what it says where one is broken.</summary>
    public static ObjectNode Rules(ObjectNode schema, IEnumerable<(string Rule, string Message)> rules) => With(schema, "x-kubernetes-validations", new ListNode(
    [
        .. rules.Select(r => new ObjectNode([new("rule", ScalarNode.Of(r.Rule)), new("message", ScalarNode.Of(r.Message))])),
    ]));

    public static ListNode Texts(IEnumerable<string> texts) => new([.. texts.Select(ScalarNode.Of)]);

    public static ScalarNode Number(int value) => new(ScalarKind.Number, value.ToString(CultureInfo.InvariantCulture));
}
