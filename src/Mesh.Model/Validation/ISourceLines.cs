namespace Mesh.Model.Validation;

/// <summary>Knows on which line of its text a field stands.</summary>
public interface ISourceLines
{
    /// <summary>The line of the field, or of the closest field around it that is there; from 1.</summary>
    int LineOf(FieldPath path);
}
