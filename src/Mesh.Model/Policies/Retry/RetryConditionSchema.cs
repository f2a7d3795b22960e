using Mesh.Model.Serialization;
using Mesh.Model.Serialization.Schemas;


namespace Mesh.Model.Policies.Retry;

/// <summary>A word or a status code; 503 may be written as number or text.</summary>
internal sealed class RetryConditionSchema() : ScalarSchema<RetryCondition>("a condition such as ConnectFailure, or a status code")
{
    public override DocumentNode Write(RetryCondition value) =>
        value.Status is null ? ScalarNode.Of(value.Word) : new ScalarNode(ScalarKind.Number, value.Word);

    public override ObjectNode Describe() => new([new("x-kubernetes-int-or-string", new ScalarNode(ScalarKind.Boolean, "true"))]);

    protected override bool TryParse(ScalarNode scalar, out RetryCondition value)
    {
        value = new RetryCondition(scalar.Text);
        return scalar.Kind is ScalarKind.Text or ScalarKind.Number;
    }
}
