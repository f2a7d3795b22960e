namespace Mesh.Model.Serialization;

/// <summary>Types of scalars: those of JSON, which are the core schema of YAML 1.2.</summary>
public enum ScalarKind
{
    /// <summary><c>null</c>, or nothing at all in YAML.</summary>
    Null,

    /// <summary><c>true</c> or <c>false</c>.</summary>
    Boolean,

    /// <summary>A number, kept as it was written.</summary>
    Number,

    /// <summary>Text.</summary>
    Text,
}
