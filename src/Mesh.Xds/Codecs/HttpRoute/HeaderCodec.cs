using System.Collections.Immutable;
using Envoy.Config.Core.V3;
using Google.Protobuf.Collections;
using Mesh.Model.Snapshots;
using static Envoy.Config.Core.V3.HeaderValueOption.Types;

namespace Mesh.Xds.Codecs;

/// <summary>Header changes. Envoy removes before it sets and adds, as Mesh does.</summary>
internal static class HeaderCodec
{
    public static void Encode(HeaderModification headers, RepeatedField<HeaderValueOption> toAdd, RepeatedField<string> toRemove)
    {
        toAdd.AddRange(headers.Set.Select(header => Option(header, HeaderAppendAction.OverwriteIfExistsOrAdd)));
        toAdd.AddRange(headers.Add.Select(header => Option(header, HeaderAppendAction.AppendIfExistsOrAdd)));
        toRemove.AddRange(headers.Remove);
    }

    public static HeaderModification Decode(RepeatedField<HeaderValueOption> toAdd, RepeatedField<string> toRemove, string where)
    {
        if (toAdd.Count == 0 && toRemove.Count == 0)
        {
            return HeaderModification.None;
        }

        var set = ImmutableArray.CreateBuilder<KeyValuePair<string, string>>();
        var add = ImmutableArray.CreateBuilder<KeyValuePair<string, string>>();
        foreach (var option in toAdd)
        {
            var target = option.AppendAction switch
            {
                HeaderAppendAction.OverwriteIfExistsOrAdd => set,
                HeaderAppendAction.AppendIfExistsOrAdd => add,
                _ => throw new ResourceRefusedException($"{where}: append_action {option.AppendAction} is not supported"),
            };
            target.Add(new(option.Header?.Key ?? throw new ResourceRefusedException($"{where}: header missing"), option.Header.Value));
        }

        return new() { Set = set.DrainToImmutable(), Add = add.DrainToImmutable(), Remove = [.. toRemove] };
    }

    private static HeaderValueOption Option(KeyValuePair<string, string> header, HeaderAppendAction action) => new()
    {
        Header = new HeaderValue { Key = header.Key, Value = header.Value },
        AppendAction = action,
        KeepEmptyValue = header.Value.Length == 0,
    };
}
