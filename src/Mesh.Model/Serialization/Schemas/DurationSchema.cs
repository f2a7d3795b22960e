using Mesh.Model.Policies;

namespace Mesh.Model.Serialization.Schemas;

/// <summary>A duration with its unit, as in Gateway API.</summary>
internal sealed class DurationSchema() : ScalarSchema<TimeSpan>("a duration such as 500ms, 5s, 1m or 1h")
{
    public static DurationSchema Any { get; } = new();

    public override DocumentNode Write(TimeSpan value) => ScalarNode.Of(Duration.Format(value));

    public override ObjectNode Describe() => OpenApi.Of("string", ("pattern", ScalarNode.Of("^([0-9]{1,9}(h|m|s|ms)){1,4}$")));

    protected override bool TryParse(ScalarNode scalar, out TimeSpan value)
    {
        value = default;
        return scalar.Kind == ScalarKind.Text && Duration.TryParse(scalar.Text, out value);
    }

    protected override string Cure(DocumentNode node) => node switch
    {
        ScalarNode { Kind: ScalarKind.Number } number => $"; say the unit, such as {number.Text}s or {number.Text}ms",
        ScalarNode { Kind: ScalarKind.Text } text when Duration.IsTooLong(text.Text) => $"; nothing lasts longer than {Duration.Format(Duration.Longest)}",
        _ => "",
    };
}
