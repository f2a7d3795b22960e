namespace Mesh.Model.Serialization.Schemas;

/// <summary><c>true</c> or <c>false</c>; <c>yes</c> and <c>on</c> are text in YAML 1.2.</summary>
internal sealed class BooleanSchema() : ScalarSchema<bool>("true or false")
{
    public static BooleanSchema Any { get; } = new();

    public override DocumentNode Write(bool value) => new ScalarNode(ScalarKind.Boolean, value ? "true" : "false");

    public override ObjectNode Describe() => OpenApi.Of("boolean");

    protected override bool TryParse(ScalarNode scalar, out bool value)
    {
        value = scalar.Text == "true";
        return scalar.Kind == ScalarKind.Boolean;
    }
}
