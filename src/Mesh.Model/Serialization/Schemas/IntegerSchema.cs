using System.Globalization;

namespace Mesh.Model.Serialization.Schemas;

/// <summary>A whole number; its range is the record's own rule.</summary>
internal sealed class IntegerSchema() : ScalarSchema<int>("a whole number")
{
    public static IntegerSchema Any { get; } = new();

    public override DocumentNode Write(int value) => new ScalarNode(ScalarKind.Number, value.ToString(CultureInfo.InvariantCulture));

    public override ObjectNode Describe() => OpenApi.Of("integer", ("format", ScalarNode.Of("int32")));

    protected override bool TryParse(ScalarNode scalar, out int value)
    {
        value = 0;
        return scalar.Kind == ScalarKind.Number && int.TryParse(scalar.Text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out value);
    }
}
