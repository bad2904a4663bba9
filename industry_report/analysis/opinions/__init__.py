"""What customers think: surveys, what drives satisfaction, feedback by a code frame, complaints."""
