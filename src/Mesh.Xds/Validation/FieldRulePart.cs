namespace Mesh.Xds.Validation;

/// <summary>What a rule is about.</summary>
internal enum FieldRulePart
{
    /// <summary>The field.</summary>
    Field,

    /// <summary>Each item of a repeated field.</summary>
    Items,

    /// <summary>Each key of a map.</summary>
    Keys,
}
