namespace Mesh.Model.Linting;

/// <summary>How sure a lint rule is.</summary>
public enum LintLevel
{
    /// <summary>It may be meant; worth a look.</summary>
    Hint,

    /// <summary>It will not do what it looks like.</summary>
    Warning,
}
