using System.Globalization;

namespace Mesh.Model.Serialization.Schemas;

/// <summary>A number, with a fraction or without.</summary>
internal sealed class NumberSchema() : ScalarSchema<double>("a number")
{
    public static NumberSchema Any { get; } = new();

    public override DocumentNode Write(double value) => new ScalarNode(ScalarKind.Number, value.ToString("R", CultureInfo.InvariantCulture));

    public override ObjectNode Describe() => OpenApi.Of("number");

    protected override bool TryParse(ScalarNode scalar, out double value)
    {
        value = 0;
        return scalar.Kind == ScalarKind.Number && double.TryParse(scalar.Text, NumberStyles.Float, CultureInfo.InvariantCulture, out value) && double.IsFinite(value);
    }
}
