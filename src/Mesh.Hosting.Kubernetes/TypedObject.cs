using System.Collections;
using System.Globalization;
using System.Reflection;
using Aspire.Hosting.Kubernetes.Resources;
using Mesh.Model.Serialization;

namespace Mesh.Hosting.Kubernetes;

/// <summary>
/// Makes the publisher's typed objects of trees, by the names under which it writes their members. So the shape of a sidecar is said once, for every way into a cluster, and a
/// member that the publisher does not know is an error and not left out.
/// </summary>
internal static class TypedObject
{
    /// <summary>Makes one.</summary>
    public static T Read<T>(ObjectNode node)
        where T : class => (T)Value(node, typeof(T), typeof(T).Name);

    private static object Value(DocumentNode node, Type type, string at)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        return (node, type) switch
        {
            (ScalarNode scalar, _) when type == typeof(string) => scalar.Text,
            (ScalarNode scalar, _) when type == typeof(bool) => scalar.Text == "true",
            (ScalarNode scalar, _) when type == typeof(int) => int.Parse(scalar.Text, CultureInfo.InvariantCulture),
            (ScalarNode scalar, _) when type == typeof(long) => long.Parse(scalar.Text, CultureInfo.InvariantCulture),
            (ScalarNode scalar, _) when type == typeof(Int32OrStringV1) => new Int32OrStringV1(scalar.Text),
            (ObjectNode o, _) when !type.IsAssignableTo(typeof(IEnumerable)) => Object(o, type, at),
            _ => throw new NotSupportedException($"{at} cannot be {node.Describe()} in {type.Name}."),
        };
    }

    private static object Object(ObjectNode node, Type type, string at)
    {
        var made = Activator.CreateInstance(type)!;
        var members = type.GetProperties().Select(p => (Property: p, Name: AliasOf(p))).Where(p => p.Name is not null).ToDictionary(p => p.Name!, p => p.Property);
        foreach (var property in members.Values.Where(p => p.SetMethod is not null && !p.PropertyType.IsValueType))
        {
            property.SetValue(made, null); // some types begin with empty objects, which would be written
        }

        foreach (var member in node.Members)
        {
            var path = $"{at}.{member.Name}";
            Set(made, members.GetValueOrDefault(member.Name) ?? throw new NotSupportedException($"{path} is not known to this version of Aspire.Hosting.Kubernetes."), member.Value, path);
        }

        return made;
    }

    private static void Set(object made, PropertyInfo property, DocumentNode value, string at)
    {
        switch (property.GetValue(made), value)
        {
            case (IList list, ListNode items):
                foreach (var item in items.Items)
                {
                    list.Add(Value(item, property.PropertyType.GetGenericArguments()[0], at));
                }

                break;
            case (IDictionary map, ObjectNode entries):
                foreach (var entry in entries.Members)
                {
                    map[entry.Name] = Value(entry.Value, property.PropertyType.GetGenericArguments()[1], $"{at}.{entry.Name}");
                }

                break;
            default:
                property.SetValue(made, Value(value, property.PropertyType, at));
                break;
        }
    }

    // By name: the attribute's own assembly is not one that this package asks for.
    private static string? AliasOf(PropertyInfo property) => property.GetCustomAttributesData()
        .FirstOrDefault(a => a.AttributeType.Name == "YamlMemberAttribute")?
        .NamedArguments.FirstOrDefault(a => a.MemberName == "Alias").TypedValue.Value as string;
}
