namespace Mesh.Cli.Commands;

/// <summary>How <c>mesh record</c> prints what it saw.</summary>
internal enum RecordFormat
{
    /// <summary>Policies, as documents.</summary>
    Yaml,

    /// <summary>The same as lines of an AppHost.</summary>
    CSharp,

    /// <summary>What was seen, with counts and durations.</summary>
    Json,
}
