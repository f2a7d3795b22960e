namespace Mesh.Cli.Commands;

/// <summary>How results are written.</summary>
internal enum OutputFormat
{
    /// <summary>Columns for people.</summary>
    Table,

    /// <summary>The API's answer.</summary>
    Json,

    /// <summary>The same as YAML.</summary>
    Yaml,
}
