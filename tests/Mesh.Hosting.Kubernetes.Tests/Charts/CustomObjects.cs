using Mesh.Kubernetes.Definitions;
using Mesh.Model.Resources;
using Mesh.Model.Serialization;

namespace Mesh.Hosting.Kubernetes.Tests.Charts;

/// <summary>Reads objects of the mesh's own kinds: by the schema of their definition, as an API server does, and then as the documents that they are.</summary>
internal static class CustomObjects
{
    public static DeclaredResource Read(ObjectNode node)
    {
        var kind = ((ScalarNode)node["kind"]!).Text;
        var definition = RenderedChart.Parse(CustomResourceDefinitions.Files[CustomResourceDefinitions.FileName(new CustomResource(kind))], kind).Single();
        var version = (ObjectNode)((ListNode)((ObjectNode)definition["spec"]!)["versions"]!).Items.Single();
        Check(node, (ObjectNode)((ObjectNode)version["schema"]!)["openAPIV3Schema"]!, kind);

        var metadata = (ObjectNode)node["metadata"]!;
        var document = new ObjectNode([.. node.Members.Select(m => m.Name == "metadata" ? m with { Value = Documented(metadata) } : m)]);
        var read = ResourceReader.Read(new MeshDocument(kind, document));
        Assert.True(read.Violations.IsEmpty, string.Join("; ", read.Violations));
        return read.Resource!;
    }

    private static ObjectNode Documented(ObjectNode metadata)
    {
        var members = metadata.Members.Where(m => m.Name != "annotations").ToList();
        if ((metadata["annotations"] as ObjectNode)?[Mesh.Model.Resources.CustomResourceNames.DeclaredAtAnnotation] is ScalarNode declared)
        {
            members.Add(new DocumentMember("declaredAt", JsonDocumentReader.Read(declared.Text, "annotation").Documents.Single().Root));
        }

        return new ObjectNode([.. members]);
    }

    private static void Check(DocumentNode node, ObjectNode schema, string at)
    {
        switch (node)
        {
            case ObjectNode o:
                Assert.Equal("object", Text(schema, "type"));
                foreach (var required in (schema["required"] as ListNode)?.Items.Cast<ScalarNode>() ?? [])
                {
                    Assert.True(o[required.Text] is not null, $"{at}.{required.Text} is missing");
                }

                if (schema["properties"] is not ObjectNode properties)
                {
                    break; // metadata, or a map
                }

                foreach (var member in o.Members)
                {
                    var known = properties[member.Name] as ObjectNode;
                    Assert.True(known is not null, $"{at}.{member.Name} is not in the schema");
                    Check(member.Value, known, $"{at}.{member.Name}");
                }

                break;
            case ListNode l:
                Assert.Equal("array", Text(schema, "type"));
                foreach (var item in l.Items)
                {
                    Check(item, (ObjectNode)schema["items"]!, $"{at}[]");
                }

                break;
            case ScalarNode scalar when schema["type"] is ScalarNode type:
                Assert.Equal(scalar.Kind switch { ScalarKind.Text => "string", ScalarKind.Boolean => "boolean", _ => type.Text is "integer" or "number" ? type.Text : "no number" }, type.Text);
                Assert.True(schema["enum"] is not ListNode words || words.Items.Cast<ScalarNode>().Any(w => w.Text == scalar.Text), $"{at} is {scalar.Text}");
                break;
        }
    }

    private static string Text(ObjectNode schema, string keyword) => ((ScalarNode)schema[keyword]!).Text;
}
