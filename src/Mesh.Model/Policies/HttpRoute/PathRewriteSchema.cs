using System.Diagnostics.CodeAnalysis;
using Mesh.Model.Serialization;
using Mesh.Model.Serialization.Schemas;
using Mesh.Model.Snapshots;
using Mesh.Model.Validation;

namespace Mesh.Model.Policies.HttpRoute;

/// <summary><c>{type: ReplaceFullPath, replaceFullPath: /x}</c> or <c>{type: ReplacePrefixMatch, replacePrefixMatch: /x}</c>, as in Gateway API.</summary>
internal sealed class PathRewriteSchema : ValueSchema<PathRewrite>
{
    private static readonly ObjectSchema<Written> Fields = new ObjectSchema<Written>(() => new(false, null, null))
        .Value("type", new WordSchema<bool>(("ReplaceFullPath", false), ("ReplacePrefixMatch", true)), x => x.IsPrefix, (x, v) => x with { IsPrefix = v }, required: true)
        .Field("replaceFullPath", TextSchema.Any, x => x.FullPath, (x, v) => x with { FullPath = v })
        .Field("replacePrefixMatch", TextSchema.Any, x => x.Prefix, (x, v) => x with { Prefix = v });

    public override bool TryRead(DocumentNode node, FieldPath at, List<Violation> violations, [MaybeNullWhen(false)] out PathRewrite value)
    {
        var before = violations.Count;
        Fields.TryRead(node, at, violations, out var written);
        var (wanted, other) = written!.IsPrefix ? (written.Prefix, written.FullPath) : (written.FullPath, written.Prefix);
        var (wantedName, otherName) = written.IsPrefix ? ("replacePrefixMatch", "replaceFullPath") : ("replaceFullPath", "replacePrefixMatch");
        if (violations.Count == before && wanted is null)
        {
            violations.Add(new(at / wantedName, "is missing; the type needs it"));
        }

        if (violations.Count == before && other is not null)
        {
            violations.Add(new(at / otherName, "means nothing with this type; leave it out, or change the type"));
        }

        value = new PathRewrite(written.IsPrefix, wanted ?? "/");
        return true;
    }

    public override DocumentNode Write(PathRewrite value) =>
        Fields.Write(new Written(value.IsPrefix, value.IsPrefix ? null : value.Value, value.IsPrefix ? value.Value : null));

    // No rule in CEL: filters stand in lists of lists, where the API server counts a rule too dear.
    public override ObjectNode Describe() => OpenApi.With(Fields.Describe(), "oneOf", new ListNode(
    [
        new ObjectNode([new("required", OpenApi.Texts(["replaceFullPath"]))]),
        new ObjectNode([new("required", OpenApi.Texts(["replacePrefixMatch"]))]),
    ]));

    private sealed record Written(bool IsPrefix, string? FullPath, string? Prefix);
}
