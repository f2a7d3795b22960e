namespace Mesh.Xds.Validation;

/// <summary>A resource that breaks a rule which clients hold it to; it is not published.</summary>
/// <param name="Resource">Type and name, such as <c>CDS shop/orders/http</c>.</param>
/// <param name="Field">Path of the field, such as <c>virtual_hosts[0].routes[2].match.headers[0].name</c>.</param>
/// <param name="Rule">What has to hold.</param>
/// <param name="Value">What was found, shortened.</param>
public sealed record XdsViolation(string Resource, string Field, string Rule, string Value)
{
    /// <inheritdoc />
    public override string ToString() => $"{Resource}: {Field}: {Rule}, but is {Value}";
}
