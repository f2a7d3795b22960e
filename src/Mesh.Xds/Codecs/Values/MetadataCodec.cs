using System.Collections.Immutable;
using Envoy.Config.Core.V3;
using Google.Protobuf;
using Google.Protobuf.Collections;
using Google.Protobuf.WellKnownTypes;
using Mesh.Model;
using Mesh.Xds.Wire;

namespace Mesh.Xds.Codecs;

/// <summary>What Mesh writes beside a resource, under its own name: origins for everyone to read, settings of its own as typed metadata.</summary>
internal static class MetadataCodec
{
    public const string Key = "mesh.dev";

    public static Metadata WithOrigin(this Metadata metadata, string of, Origin origin)
    {
        if (origin != Model.Origin.Default)
        {
            metadata.Fields()[of] = ToValue(origin);
        }

        return metadata;
    }

    public static Metadata WithOrigins(this Metadata metadata, ImmutableArray<Origin> origins)
    {
        if (!origins.IsEmpty)
        {
            metadata.Fields()["origins"] = Value.ForList([.. origins.Select(ToValue)]);
        }

        return metadata;
    }

    public static Metadata WithSettings<T>(this Metadata metadata, T settings)
        where T : IMessage<T>
    {
        metadata.TypedFilterMetadata[Key] = MessageName.Pack(settings);
        return metadata;
    }

    public static Origin Origin(this Metadata? metadata, string of) =>
        Find(metadata, of) is { } value ? ToOrigin(value) : Model.Origin.Default;

    public static ImmutableArray<Origin> Origins(this Metadata? metadata) =>
        Find(metadata, "origins") is { ListValue: { } list } ? [.. list.Values.Select(ToOrigin)] : [];

    public static T Settings<T>(this Metadata? metadata, string where)
        where T : IMessage<T>, new()
    {
        if (metadata is null || !metadata.TypedFilterMetadata.TryGetValue(Key, out var any) || !any.Holds<T>())
        {
            throw new ResourceRefusedException($"{where}: no {MessageName.Of<T>()} under typed_filter_metadata[\"{Key}\"]");
        }

        return ValueCodec.Unpack<T>(any, where);
    }

    private static MapField<string, Value> Fields(this Metadata metadata)
    {
        if (!metadata.FilterMetadata.TryGetValue(Key, out var fields))
        {
            metadata.FilterMetadata[Key] = fields = new Struct();
        }

        return fields.Fields;
    }

    private static Value? Find(Metadata? metadata, string name) =>
        metadata is not null && metadata.FilterMetadata.TryGetValue(Key, out var fields) && fields.Fields.TryGetValue(name, out var value) ? value : null;

    private static Value ToValue(Origin origin)
    {
        var fields = new Struct();
        fields.Fields["kind"] = Value.ForString(origin.Kind);
        fields.Fields["name"] = Value.ForString(origin.Name);
        if (origin.Location is not null)
        {
            fields.Fields["location"] = Value.ForString(origin.Location);
        }

        if (origin.Rule is not null)
        {
            fields.Fields["rule"] = Value.ForString(origin.Rule);
        }

        return Value.ForStruct(fields);
    }

    private static Origin ToOrigin(Value value)
    {
        var fields = value.StructValue?.Fields;
        string? Text(string name) => fields is not null && fields.TryGetValue(name, out var found) && found.HasStringValue ? found.StringValue : null;
        return new(Text("kind") ?? "Unknown", Text("name") ?? "", Text("location"), Text("rule"));
    }
}
